// Chatwoot's dashboard app: the conversation comes as a window message from the page around the frame.

import { askForKey, button, call, caseOf, element, endpointName, readKey, show, showCase, showError } from "../panel.js";

const endpoint = endpointName("chatwoot");
const [INCOMING, OUTGOING] = [0, 1];
let conversation = null;

window.addEventListener("message", (event) => {
  // Who may put this page in a frame is set by the server (frame-ancestors).
  if (event.source !== window.parent || typeof event.data !== "string") return;
  let told;
  try {
    told = JSON.parse(event.data);
  } catch {
    return;
  }
  if (told.event !== "appContext" || !told.data?.conversation?.id) return;
  conversation = told.data.conversation;
  load();
});
window.parent.postMessage("chatwoot-dashboard-app:fetch-info", "*");

async function load() {
  if (!conversation) return;
  if (!readKey()) return askForKey(load);
  const asked = conversation.id;
  try {
    const found = await caseOf(endpoint, asked);
    if (conversation.id !== asked) return; // the agent has gone on to another conversation
    if (found) showCase(found, { refresh: load });
    else offerDraft();
  } catch (error) {
    if (error.status === 401) return askForKey(load);
    showError(error, load);
  }
}

function offerDraft() {
  show(
    element("p", "Esta conversación no tiene borrador todavía.", "message"),
    button("Preparar borrador", draft, "main"),
    button("Actualizar", load),
  );
}

async function draft() {
  const said = (conversation.messages || []).filter(
    (message) => !message.private && [INCOMING, OUTGOING].includes(message.message_type) && message.content?.trim(),
  );
  const last = said.findLastIndex((message) => message.message_type === INCOMING);
  if (last < 0) return show(element("p", "No hay ningún mensaje del cliente.", "message"), button("Actualizar", load));
  const thread = said.slice(0, last).slice(-50).map((message) => ({
    role: message.message_type === INCOMING ? "customer" : "agent",
    text: message.content,
  }));
  const body = {
    text: said[last].content,
    id: `${endpoint}:${conversation.id}:${said[last].id}`,
    channel: "web",
    visibility: "private",
    thread,
  };
  try {
    showCase(await call("/v1/drafts", { method: "POST", body: JSON.stringify(body) }), { refresh: load });
  } catch (error) {
    showError(error, load);
  }
}
