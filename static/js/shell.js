// What every page runs; each module looks after one component.
import "./menu.js";
import "./dialog.js";
import "./tooltip.js";
import "./toast.js";
import "./poll.js";
import "./session.js";
import "./failed.js";
import "./form.js";
import "./meanwhile.js";
import "./leaving.js";
import "./tabs.js";
