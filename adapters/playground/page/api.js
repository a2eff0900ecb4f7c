// What the page asks of the server, and how it hears of changes.

/** Posts and returns the answer; a refusal becomes an Error with the server's reason. */
export const send = (path, body) => ask(path, JSON.stringify(body), "application/json");

/** The same with a file as it is. */
export const upload = (path, file) => ask(path, file, "application/octet-stream");

async function ask(path, body, kind) {
  let response;
  try {
    response = await fetch(`/playground/${path}`, { method: "POST", headers: { "content-type": kind }, body });
  } catch {
    throw new Error("Not connected: that was not sent.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ? `Not done: ${answer.error}.` : `Not done (${response.status}).`);
  return answer;
}

export async function load(person) {
  const response = await fetch(`/playground/state?as=${person}`);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15000;

/** Listens to changes from `cursor` on; comes back by itself, waiting longer each time. Returns how to stop. */
export function listen(person, cursor, { change, reload, status }) {
  let source, timer, wait = FIRST_WAIT_MS, stopped = false;
  const open = () => {
    source = new EventSource(`/playground/stream?as=${person}&after=${encodeURIComponent(cursor)}`);
    source.addEventListener("open", () => { wait = FIRST_WAIT_MS; status(true); });
    source.addEventListener("change", (event) => { cursor = event.lastEventId; change(JSON.parse(event.data)); });
    source.addEventListener("reload", () => { stop(); reload(); });
    source.addEventListener("error", () => {
      source.close();
      if (stopped) return;
      status(false);
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    });
  };
  const stop = () => { stopped = true; clearTimeout(timer); source.close(); };
  open();
  return stop;
}
