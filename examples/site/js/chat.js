import { addLine, element, html } from "./dom.js";
import { resumedEvents } from "./event-reader.js";
import { duration } from "./format.js";
import { counted, language, text } from "./language.js";

/** The word behind which the server breaks off, when it is let. */
const CUT = 12;

/** Characters of the response that are shown at most. */
const MAX_WIRE = 20_000;

/** Lets the form ask questions, and shows the answers word by word, as both sides see them. */
export function startChat() {
  /** @type {AbortController | undefined} */
  let asking;
  const ask = async (question) => {
    asking = new AbortController();
    buttons(true);
    element("chat-stop").focus({ preventScroll: true });
    await answer(question, asking.signal);
    buttons(false);
    element("chat-question").focus({ preventScroll: true });
  };
  element("chat-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void ask(element("chat-question").value);
  });
  element("chat-stop").addEventListener("click", () => asking?.abort());
  for (const button of document.querySelectorAll(".suggestion")) {
    button.addEventListener("click", () => {
      element("chat-question").value = button.textContent;
      void ask(button.textContent);
    });
  }
}

async function answer(question, signal) {
  const came = { words: 0, all: 0, requests: 0, answer: undefined };
  addLine(element("chat-log"), html("p", { class: "own" }, question));
  const line = html("p", { "aria-busy": "true" });
  addLine(element("chat-log"), line);
  element("chat-wire").textContent = "";
  try {
    for await (const event of stream(question, signal)) receive(event, came, line);
    client(came.requests > 1 ? "chat.resumed" : "chat.done", {
      words: came.words,
      requests: counted("request", came.requests),
    });
  } catch (error) {
    if (signal.aborted) client("chat.aborted", came);
    else client("chat.failed", { reason: error.message });
    line.classList.add("stopped");
  }
  line.removeAttribute("aria-busy");
  await showServer(came.answer);
}

/** POST, and the same POST again with `Last-Event-ID` when the response breaks off: what EventSource can't do. */
function stream(question, signal) {
  const url = element("chat-cut").checked ? `/demo/chat?cut=${CUT}` : "/demo/chat";
  const init = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ question, lang: language }),
    signal,
  };
  return resumedEvents(url, init, {
    isLast: ({ event }) => event === "done",
    onText: (text) => addToWire(text),
    onWait: (ms, id) => client("chat.waiting", { ms: duration(ms), id }),
  });
}

function receive({ event, data, id }, came, line) {
  if (event === "start") {
    const { answer, words } = JSON.parse(data);
    Object.assign(came, { answer, all: words, requests: came.requests + 1 });
  }
  if (event === "word") {
    came.words = Number(id);
    line.append(data);
    element("chat-log").scrollTop = element("chat-log").scrollHeight;
  }
  client("chat.receiving", came);
  if (event !== "done") server("answering", { sent: came.words, all: came.all });
}

/** What the server says of the answer, now that this side is done with it. */
async function showServer(answer) {
  const response = await fetch(`/demo/chat/answer?number=${answer}`).catch(() => undefined);
  if (!response?.ok) return;
  const { state, sent, words } = await response.json();
  server(state, { sent, all: words });
}

function addToWire(text) {
  const wire = element("chat-wire");
  wire.textContent = (wire.textContent + text).slice(-MAX_WIRE);
  wire.scrollTop = wire.scrollHeight;
}

function buttons(asking) {
  element("chat-send").disabled = asking;
  element("chat-stop").disabled = !asking;
  for (const button of document.querySelectorAll(".suggestion")) button.disabled = asking;
}

function client(key, values) {
  element("chat-client").textContent = text(key, values);
}

function server(state, values) {
  element("chat-server").textContent = text(`chat.state.${state}`, values);
}
