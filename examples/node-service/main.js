// A service beside the seat server: `SEATS=https://seats.example.org ROOTS='[{"kty":…}]' node main.js`

import { createServer } from "node:http";

import { Guard } from "./guard.js";

const { SEATS, ROOTS, PORT = "8090", ALLOW_TEST } = process.env;
const guard = new Guard({ server: SEATS, roots: JSON.parse(ROOTS ?? "[]"), allowTest: ALLOW_TEST === "true" });

createServer(async (request, response) => {
  const answer = (status, body) => response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  try {
    const access = await guard.check(request.headers.authorization);
    if (!access.ok) return answer(401, { code: access.code, detail: access.message });
    answer(200, { hello: access.claims.sub, roles: access.claims.roles });
  } catch (failure) {
    console.error(failure);
    answer(503, { code: "internal" });
  }
}).listen(Number(PORT), "127.0.0.1", () => console.log(`listening on http://localhost:${PORT}`));
