// Whoever leaves a form that was filled in and not sent is asked first. Cancel is an answer already.

const guarded = [...document.querySelectorAll("form[data-guarded]")];
const aside = '[name="csrfmiddlewaretoken"], [type="search"], [data-aside]';
const isContent = (form) => ([name]) => !form.elements.namedItem(name)?.matches?.(aside);
const said = (form) => String(new URLSearchParams([...new FormData(form)].filter(isContent(form))));

// A browser that comes back puts what was typed into the form; what the page was drawn with is in its copy.
function drawn(form) {
  const copy = form.cloneNode(true);
  copy.reset();
  return said(copy);
}

const saved = new Map(guarded.map((form) => [form, drawn(form)]));

// A page that answers a form, because of a mistake, is drawn with what is saved nowhere.
const isUnsaved = (form) => form.dataset.guarded === "POST" || said(form) !== saved.get(form);

let cancels = false;
document.addEventListener("click", (event) => {
  cancels = Boolean(event.target.closest("[data-guarded] .page-foot a"));
}, true);

addEventListener("beforeunload", (event) => {
  const isSent = guarded.some((form) => form.classList.contains("is-sending"));
  if (!isSent && !cancels && guarded.some(isUnsaved)) event.preventDefault();
});
