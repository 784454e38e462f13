import { defineConfig } from "vite";

export default defineConfig({
  // Vite bundles dependencies for development, and a module that is fetched from beside its script would be left behind.
  optimizeDeps: { exclude: ["wasm-verifier"] },
  build: { target: "es2022" },
});
