import { StrictMode, type FormEvent, useState } from "react";
import { createRoot } from "react-dom/client";

import { session, useFeature, useSession } from "./session";

function SignIn() {
  const [trouble, setTrouble] = useState("");
  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const { username, password } = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
    const answer = await session.signIn({ username: username ?? "", password: password ?? "" });
    setTrouble(answer.ok ? "" : answer.problem.code);
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <input name="username" placeholder="Name" autoComplete="username" required />
      <input name="password" type="password" placeholder="Password" autoComplete="current-password" required />
      <button>Sign in</button>
      <p role="alert">{trouble}</p>
    </form>
  );
}

function Inside() {
  const canExport = useFeature("export") === true;
  const { licence } = useSession();
  return (
    <main>
      <h1>{licence?.claims.institute.name}</h1>
      {canExport && <button>Export</button>}
      <button onClick={() => void session.signOut()}>Sign out</button>
    </main>
  );
}

function App() {
  const { status, problem } = useSession();
  switch (status) {
    case "starting":
      return <p>One moment…</p>;
    case "signed_out":
      return <SignIn />;
    case "no_seat":
      return <button onClick={() => void session.takeSeat({ wait: true })}>All seats are taken: wait for one</button>;
    case "idle":
      return <p>Your seat was given back. Press a key to go on.</p>;
    case "active":
    case "borrowed":
      return <Inside />;
    case "offline":
    case "refused":
      return <p role="alert">{problem?.code}</p>;
  }
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
