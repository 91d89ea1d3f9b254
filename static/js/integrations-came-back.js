// The pop-up after the journey: tell the window that opened it, and close. A window that may not close itself keeps
// its words and its link.

const { channel } = document.querySelector("[data-came-back]").dataset;
new BroadcastChannel(channel).postMessage("came back");
setTimeout(() => window.close(), 50);
