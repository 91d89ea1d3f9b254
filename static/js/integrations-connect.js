// Connecting through a pop-up: it is opened while the click is still fresh, and the window that opened it shows what
// came of it without a reload. Without script the form opens a window of its own all the same.

const SIZE = "popup,width=560,height=720";
const CHECK = 500;

const place = () => document.querySelector("[data-connection-messages]");

function show(name) {
  const template = document.querySelector(`template[data-popup-${name}]`);
  if (template && place()) place().replaceChildren(template.content.cloneNode(true));
}

let watching;

function watch(popup) {
  clearInterval(watching);
  watching = setInterval(() => {
    if (!popup.closed) return;
    clearInterval(watching);
    show("closed");
  }, CHECK);
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-popup]");
  if (!form) return;
  place()?.replaceChildren();
  const popup = window.open("", form.target, SIZE);
  if (!popup || popup.closed) {
    event.preventDefault();
    event.stopImmediatePropagation();
    show("blocked");
    return;
  }
  popup.focus();
  watch(popup);
}, true);

function refresh() {
  clearInterval(watching);
  const address = document.querySelector("[data-refresh]")?.dataset.refresh;
  if (address) htmx.ajax("GET", address, { target: "#integrations", swap: "outerHTML" });
}

const channel = document.querySelector("[data-popup]")?.dataset.channel;
if (channel) new BroadcastChannel(channel).addEventListener("message", refresh);
