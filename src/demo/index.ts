export { demoRoutes } from "./routes.js";
export { demoSite } from "./site.js";
