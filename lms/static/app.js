/*
 * Everything here is comfort: each page works without it. Nothing is measured, and nothing but
 * forms the person fills in leaves the browser. Words come from the page, never from here.
 *
 *   data-focus            gets the focus after loading and after htmx has put it in
 *   data-busy             on a submit button: what it says until the answer comes
 *   data-confirms="id"    on a submit button: ask with that <dialog> first
 *   data-loading          on a part that htmx replaces: shown when it takes more than 400 ms
 *   data-menu             <details> that closes on Escape and on a click beside it
 *   data-counted          on a form: its button names how many mails the ticked rows bring about;
 *                         data-mails on a row's box names them, data-count takes the number
 *   data-autosave="url"   on a form: sends its text there while typing; the answer, one short
 *                         line, goes to [data-saved]; data-unsaved holds the words for failure
 *   data-resume="name"    on a <video>: remembers the second in this browser only
 *   data-transcript="id"  list of cues of that video; data-trouble="id" shows when it fails
 *   data-sign-out         on the sign-out form: forgets what this browser remembers
 */

const MEMORY = "lernstand:video:";

// Browsers may refuse storage altogether; then each visit starts at the beginning.
let memory = null;
try {
  memory = window.localStorage;
} catch { /* refused */ }

/* ---- focus: errors and feedback first */

function focusOn(root) {
  root.querySelector("[data-focus]")?.focus();
}

focusOn(document);
document.addEventListener("htmx:afterSettle", (event) => focusOn(event.target.parentNode ?? event.target));

/* ---- forms: one click is one deed, and dangerous deeds are asked for */

const sending = new WeakSet();

function settle(form) {
  sending.delete(form);
  for (const button of form.elements) {
    if (!button.hasAttribute("aria-busy")) continue;
    button.removeAttribute("aria-busy");
    button.querySelector("span").textContent = button.dataset.label;
  }
}

function showBusy(button) {
  const words = button?.dataset.busy && button.querySelector("span");
  if (!words) return;
  button.dataset.label = words.textContent;
  button.style.minWidth = `${button.offsetWidth}px`;
  words.textContent = button.dataset.busy;
  button.setAttribute("aria-busy", "true");
}

function ask(dialog, form, button) {
  dialog.querySelector("[data-yes]").onclick = () => {
    dialog.close();
    const answer = document.createElement("input");
    Object.assign(answer, { type: "hidden", name: "confirmed", value: "yes" });
    form.append(answer);
    form.requestSubmit(button);
    answer.remove();
  };
  dialog.querySelector("[data-no]").onclick = () => dialog.close();
  dialog.showModal();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  const dialog = document.getElementById(button?.dataset.confirms);
  if (dialog && !form.querySelector("[name=confirmed]")) {
    event.preventDefault();
    event.stopPropagation();
    ask(dialog, form, button);
    return;
  }
  if (form.method !== "post") return;
  if (sending.has(form)) {
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  sending.add(form);
  // After this event: what the button sends is read while it runs.
  setTimeout(showBusy, 0, button);
  // An answer that is a file leaves the page as it is.
  setTimeout(settle, 15_000, form);
  if (form.hasAttribute("data-sign-out")) forget();
}, true);

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form");
  if (form) settle(form);
});

// Back from the next page: the browser shows the old one as it was left.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form").forEach(settle);
});

/* ---- waiting for htmx */

const waiting = new WeakMap();

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  waiting.set(detail.target, setTimeout(() => detail.target.setAttribute("aria-busy", "true"), 400));
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  clearTimeout(waiting.get(detail.target));
  detail.target.removeAttribute("aria-busy");
});

/* ---- menus */

function closeMenus(except) {
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("[data-menu]")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest("[data-menu][open]");
  closeMenus();
  menu?.querySelector("summary").focus();
});

/* ---- rows to tick: the button says what they come to */

function counted(form) {
  const words = form.querySelector("[data-counted-one]").dataset;
  const label = form.querySelector("[data-counted-one] button span");
  const field = form.querySelector("[data-count]");

  function count() {
    const ticked = [...form.querySelectorAll("[data-mails]:checked")];
    const number = new Set(ticked.flatMap((box) => box.dataset.mails.split(" ")).filter(Boolean)).size;
    field.value = number;
    const said = number === 1 ? words.countedOne : number ? words.countedMany : words.countedNone;
    // The sentence comes with a number nobody has.
    label.textContent = said.replace("1234567", number);
  }

  form.addEventListener("change", count);
  // The browser may have kept ticks of an earlier visit.
  count();
}

document.querySelectorAll("form[data-counted]").forEach(counted);

/* ---- practice text and answers: saved while they are given */

function autosave(form) {
  const line = document.querySelector("[data-saved]");
  let timer;
  let dirty = false;

  // The page promises what only this script keeps.
  if (line) line.hidden = false;

  async function send() {
    clearTimeout(timer);
    if (!dirty) return;
    dirty = false;
    const fields = new FormData(form);
    for (const [name, value] of [...fields]) if (value instanceof File) fields.delete(name);
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: fields, keepalive: true });
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      if (line) line.textContent = await answer.text();
    } catch {
      dirty = true;
      if (line) line.textContent = form.dataset.unsaved;
    }
  }

  form.addEventListener("input", ({ target }) => {
    dirty = true;
    clearTimeout(timer);
    // A choice is a whole answer; words take a moment.
    timer = setTimeout(send, target.matches("[type=radio], [type=checkbox]") ? 0 : 1500);
  });
  form.addEventListener("submit", () => {
    dirty = false;
    clearTimeout(timer);
  });
  document.addEventListener("visibilitychange", () => document.hidden && send());
}

document.querySelectorAll("form[data-autosave]").forEach(autosave);

/* ---- video: where one was, and reading along */

function forget() {
  for (const key of Object.keys(memory ?? {})) if (key.startsWith(MEMORY)) memory.removeItem(key);
}

function resume(video) {
  const key = MEMORY + video.dataset.resume;
  const asked = Number(new URLSearchParams(location.search).get("t"));
  const start = asked > 0 ? asked : Number(memory?.getItem(key));
  if (start > 0) {
    const jump = () => { video.currentTime = start; };
    if (video.readyState > 0) jump();
    else video.addEventListener("loadedmetadata", jump, { once: true });
  }
  video.addEventListener("timeupdate", () => {
    const near = video.duration - video.currentTime < 3;
    if (near) memory?.removeItem(key);
    else if (video.currentTime > 5) memory?.setItem(key, String(Math.floor(video.currentTime)));
  });
}

function readAlong(list) {
  const video = document.getElementById(list.dataset.transcript);
  const cues = [...list.children];
  for (const cue of cues) {
    const time = cue.querySelector(".tc");
    const button = document.createElement("button");
    button.type = "button";
    button.className = time.className;
    button.textContent = time.textContent;
    button.addEventListener("click", () => {
      video.currentTime = Number(cue.dataset.second);
      video.play();
    });
    time.replaceWith(button);
  }
  video.addEventListener("timeupdate", () => {
    const current = cues.findLast((cue) => Number(cue.dataset.second) <= video.currentTime + 0.05);
    for (const cue of cues) {
      if (cue === current) cue.setAttribute("aria-current", "true");
      else cue.removeAttribute("aria-current");
    }
  });
}

document.querySelectorAll("video[data-resume]").forEach(resume);
document.querySelectorAll("[data-transcript]").forEach(readAlong);
for (const words of document.querySelectorAll("[data-trouble]")) {
  const video = document.getElementById(words.dataset.trouble);
  const show = () => { words.hidden = false; };
  video.addEventListener("error", show);
  video.querySelector("source")?.addEventListener("error", show);
  // While the browser chooses among the sources it says "no source" as well: what loads clears it.
  video.addEventListener("loadedmetadata", () => { words.hidden = true; });
  // The file may have failed before this module ran.
  const chosen = video.readyState > 0;
  if (video.error || (!chosen && video.networkState === HTMLMediaElement.NETWORK_NO_SOURCE)) show();
}
