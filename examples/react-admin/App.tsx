import { Admin, fetchUtils, ListGuesser, Resource, type DataProvider } from "react-admin";
import { createSession } from "wasm-verifier/session";

import { authProvider } from "./authProvider";

const API = "https://api.example.org";

export const session = createSession({
  server: "https://seats.example.org",
  apis: [API],
  roots: [{ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }],
});

/** Any data provider takes an HTTP client; this one's requests carry the token and renew it. */
export async function httpClient(url: string, options: fetchUtils.Options = {}) {
  const response = await session.fetch(url, { method: options.method ?? "GET", body: options.body as BodyInit | null });
  const body = await response.text();
  return { status: response.status, headers: response.headers, body, json: body ? JSON.parse(body) : undefined };
}

export function App({ dataProvider }: { dataProvider: DataProvider }) {
  return (
    <Admin authProvider={authProvider(session)} dataProvider={dataProvider} requireAuth>
      <Resource name="samples" list={ListGuesser} />
    </Admin>
  );
}
