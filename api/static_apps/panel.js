// What both side panels share: the key, the calls to the API, and how a case is shown.
// Every text is set with textContent: nothing of a case is ever read as HTML.

const KEY = "borrador.key";
let keyInMemory = null; // where the browser denies storage to a frame

export const FLAGS = {
  emergency: "Posible emergencia",
  self_harm: "Posible riesgo de autolesión",
  adverse_event: "Posible reacción adversa",
  expert_review: "Revisión experta",
  in_person_referral: "Derivación presencial",
  personal_data_public: "Datos personales en público",
  health_data: "Datos de salud",
  minor: "Menor de edad",
  pregnancy: "Embarazo o lactancia",
  crisis_risk: "Riesgo de crisis",
  prompt_injection: "Intento de manipulación",
};
const URGENT = new Set(["emergency", "self_harm", "adverse_event", "crisis_risk"]);
const DISPOSITIONS = {
  draft: "Respuesta propuesta",
  acknowledge: "Acuse de recibo",
  refer_in_person: "Derivación presencial",
  urgent_referral: "Derivación urgente",
  no_reply: "Sin respuesta",
};

export function readKey() {
  try {
    return sessionStorage.getItem(KEY) || keyInMemory;
  } catch {
    return keyInMemory;
  }
}

function keepKey(value) {
  keyInMemory = value;
  try {
    if (value) sessionStorage.setItem(KEY, value);
    else sessionStorage.removeItem(KEY);
  } catch {
    // It stays in memory until the panel is closed.
  }
}

export class ApiError extends Error {
  constructor(status, code, detail) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

export async function call(path, options = {}) {
  const answer = await fetch(path, {
    ...options,
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${readKey()}` },
    credentials: "omit",
  });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    if (answer.status === 401) keepKey(null);
    throw new ApiError(answer.status, body.code || "", body.detail || "");
  }
  return body;
}

export function endpointName(fallback) {
  const given = new URLSearchParams(location.search).get("endpoint") || fallback;
  return /^[a-z][a-z0-9_-]{0,39}$/.test(given) ? given : fallback;
}

export async function caseOf(endpoint, conversation) {
  try {
    return await call(`/v1/webhooks/${endpoint}/conversations/${encodeURIComponent(conversation)}/case`);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

export function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

export function button(text, action, className) {
  const made = element("button", text, className);
  made.type = "button";
  made.addEventListener("click", action);
  return made;
}

export function show(...nodes) {
  document.getElementById("content").replaceChildren(...nodes);
}

export function askForKey(then) {
  const form = document.createElement("div");
  const label = element("label", "Clave de Borrador (permiso «plugin»)");
  const input = document.createElement("input");
  input.type = "password";
  input.id = "key";
  input.autocomplete = "off";
  label.htmlFor = "key";
  const enter = () => {
    const value = input.value.trim();
    if (!value) return;
    keepKey(value);
    then();
  };
  input.addEventListener("keydown", (event) => event.key === "Enter" && enter());
  const note = element("p", "Se guarda solo en esta pestaña y se borra al cerrarla.", "small");
  form.append(label, input, note, button("Entrar", enter, "main"));
  show(form);
}

export function showError(error, retry) {
  const known = {
    401: "La clave no es válida o ha caducado.",
    403: "La clave no tiene permiso para leer casos.",
    503: "El servicio está ocupado; vuelve a intentarlo en unos segundos.",
  };
  const text = known[error.status] || "No se ha podido hablar con Borrador.";
  show(element("p", text, "message"), button("Volver a intentarlo", retry, "main"));
}

export function showCase(found, { insert, refresh }) {
  const nodes = [];
  const title = element("div", undefined, "row");
  title.append(
    element("span", DISPOSITIONS[found.disposition] || found.disposition, "chip"),
    element("span", `Prioridad ${found.priority.toUpperCase()}`, found.priority === "p1" ? "chip alert" : "chip"),
    element("span", `Cola: ${found.queue}`, "chip"),
  );
  nodes.push(title);
  if (found.flags.length) {
    const flags = element("div", undefined, "row");
    for (const code of new Set(found.flags.map((flag) => flag.code)))
      flags.append(element("span", FLAGS[code] || code, URGENT.has(code) ? "chip alert" : "chip"));
    nodes.push(flags);
  }
  if (found.superseded_by || found.status === "sent")
    nodes.push(element("p", "Este borrador ya no es el último de la conversación.", "message"));
  if (!found.drafts.length) nodes.push(element("p", "No se propone respuesta.", "message"));
  for (const draft of found.drafts) nodes.push(draftBox(draft, insert));
  nodes.push(sources(found));
  nodes.push(element("p", `Caso ${found.tracking_code} · versión ${found.thread_version}`, "small"));
  nodes.push(button("Actualizar", refresh));
  show(...nodes);
}

function draftBox(draft, insert) {
  const box = element("section", undefined, "draft");
  const audience = draft.audience === "public" ? "En público" : "En privado";
  box.append(element("div", `${audience} · ${draft.length}/${draft.limit}`, "small"), element("p", draft.text));
  const actions = element("div", undefined, "row");
  if (insert) actions.append(button("Insertar", () => insert(draft.text), "main"));
  const copy = button("Copiar", async () => {
    copy.textContent = (await copied(draft.text)) ? "Copiado" : "Selecciona el texto y cópialo";
  }, insert ? "" : "main");
  actions.append(copy);
  box.append(actions);
  return box;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea"); // frames are often denied the clipboard
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

function sources(found) {
  const box = document.createElement("details");
  box.append(element("summary", "Fuentes y motivos"));
  const list = document.createElement("ul");
  for (const source of found.evidence)
    list.append(element("li", `${source.title} (${source.answer_id}, versión ${source.version})`));
  for (const reason of found.reasons) list.append(element("li", reason));
  box.append(list);
  return box;
}
