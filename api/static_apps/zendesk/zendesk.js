// Zendesk's ticket sidebar app, by the Zendesk Apps Framework (ZAF) 2.0.

import { askForKey, button, call, caseOf, element, endpointName, readKey, show, showCase, showError } from "../panel.js";

const endpoint = endpointName("zendesk");
const client = window.ZAFClient ? window.ZAFClient.init() : null;

if (client) {
  client.invoke("resize", { width: "100%", height: "480px" });
  client.on("ticket.conversation.changed", load);
  load();
} else {
  show(element("p", "Este panel se abre desde un ticket de Zendesk.", "message"));
}

async function ticketId() {
  return String((await client.get("ticket.id"))["ticket.id"]);
}

async function load() {
  if (!readKey()) return askForKey(load);
  try {
    const found = await caseOf(endpoint, await ticketId());
    if (found) showCase(found, { insert, refresh: load });
    else offerDraft();
  } catch (error) {
    if (error.status === 401) return askForKey(load);
    showError(error, load);
  }
}

function insert(text) {
  return client.invoke("comment.appendText", text);
}

function offerDraft() {
  show(
    element("p", "Este ticket no tiene borrador todavía.", "message"),
    button("Preparar borrador", draft, "main"),
    button("Actualizar", load),
  );
}

function plain(content) {
  return new DOMParser().parseFromString(content || "", "text/html").body.textContent.trim();
}

async function draft() {
  try {
    const told = (await client.get("ticket.conversation"))["ticket.conversation"] || [];
    const said = told
      .filter((turn) => !turn.channel || turn.channel.name !== "internal")
      .map((turn) => ({
        role: turn.author?.role === "end-user" ? "customer" : "agent",
        text: plain(turn.message?.content),
      }))
      .filter((turn) => turn.text);
    const last = said.findLastIndex((turn) => turn.role === "customer");
    if (last < 0) return show(element("p", "No hay ningún mensaje del cliente.", "message"), button("Actualizar", load));
    const body = { text: said[last].text, channel: "email", thread: said.slice(0, last).slice(-50) };
    const made = await call("/v1/drafts", { method: "POST", body: JSON.stringify(body) });
    showCase(made, { insert, refresh: load });
  } catch (error) {
    showError(error, load);
  }
}
