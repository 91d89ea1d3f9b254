// A list that looks again every two seconds waits while a menu or a tooltip in it is open.

const OPEN = ":popover-open, [data-tip][open]";

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const looksAgain = detail.requestConfig.elt === detail.target && detail.target.matches("[data-poll]");
  if (looksAgain && detail.target.querySelector(OPEN)) detail.shouldSwap = false;
});
