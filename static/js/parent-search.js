// Enter in a search that shows its results as one types must not send the form around it.

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.("[data-no-submit]")) event.preventDefault();
});

// Who was chosen stays chosen: results that are still on their way would take the choice away.
document.addEventListener("change", (event) => {
  if (event.target.matches?.("#parent-options [name=parent]")) htmx.trigger("[name=parent_search]", "htmx:abort");
});
