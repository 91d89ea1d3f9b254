// A page under work asks again every 2 s (hx-trigger="every 2s" with data-poll). Nobody asks from a hidden tab.

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  const polls = elt.hasAttribute("data-poll") && requestConfig.triggeringEvent === undefined;
  if (polls && document.hidden) event.preventDefault();
});
