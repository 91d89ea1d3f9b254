"use strict";
// Until the scripts of a page have run nothing on it answers. What is pressed by then waits for them, and what is typed
// or chosen is told to them once they listen. Not deferred as the others are: it is there before anything can be pressed.
{
  const PRESSED = "button, a[hx-get], a[data-opens]";
  // Asks only when its value differs from what it was when it was first seen.
  const COMPARES = '[hx-trigger*="changed"]';
  // A page whose scripts do not come works without them, if less well.
  const PATIENCE = 4_000;

  const waiting = [];
  const edited = new Map();
  let typed = [];
  let timer;

  function hold(event, answer) {
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting.push(answer);
    timer ??= setTimeout(release, PATIENCE);
  }

  function press(event) {
    const pressed = event.target.closest?.(PRESSED);
    if (pressed && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey) hold(event, () => pressed.click());
  }

  // Enter in a field presses its form's first button, unless a script has another use for it.
  function enter(event) {
    if (event.key !== "Enter" || !event.target.matches?.("input")) return;
    hold(event, () => {
      const isFree = event.target.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
      if (isFree) [...(event.target.form?.elements ?? [])].find((one) => one.type === "submit")?.click();
    });
  }

  function edit({ target, type }) {
    if (!edited.has(target)) edited.set(target, new Set());
    edited.get(target).add(type);
  }

  const presses = { click: press, keydown: enter };
  const edits = { input: edit, change: edit };
  for (const [kind, hear] of Object.entries({ ...presses, ...edits })) document.addEventListener(kind, hear, true);

  function stopHearing(heard) {
    for (const [kind, hear] of Object.entries(heard)) document.removeEventListener(kind, hear, true);
  }

  function release() {
    clearTimeout(timer);
    stopHearing(presses);
    for (const answer of waiting.splice(0)) answer();
  }

  // The window hears of it first on the way down and last on the way up; in between the scripts see every field as it was.
  addEventListener("DOMContentLoaded", () => {
    stopHearing(edits);
    typed = [...edited.keys()].filter((one) => one.matches(COMPARES)).map((one) => [one, one.value, one.selectionEnd]);
    for (const [one] of typed) one.value = one.defaultValue;
  }, true);

  addEventListener("DOMContentLoaded", () => {
    for (const [one, value, caret] of typed) {
      one.value = value;
      one.setSelectionRange(caret, caret);
    }
    for (const [one, kinds] of edited) for (const kind of kinds) one.dispatchEvent(new Event(kind, { bubbles: true }));
    release();
  });
}
