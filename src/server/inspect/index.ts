export { Inspector } from "./inspector.js";
export { inspectStep } from "./inspect-step.js";
