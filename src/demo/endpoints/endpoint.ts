import { isFromOtherOrigin } from "../../server/middleware/other-origin.js";
import type { Route, RouteContext } from "../../server/routes/route.js";
import { BadValue, problem } from "./problem.js";

/** What an endpoint does with a request that is meant for it. Throws BadValue for a 400. */
export type Answer = (request: Request, context: RouteContext) => Response | Promise<Response>;

/**
 * A route for one path and one method. HEAD is answered as GET without the
 * content (RFC 9110 §9.3.2), any other method with 405 and `Allow` (§15.5.6),
 * and the page of another origin with 403: it must not have this machine work.
 */
export function endpoint(method: "GET" | "POST", path: string, answer: Answer): Route {
  const allowed = method === "GET" ? ["GET", "HEAD"] : [method];
  const route: Route = async (request, context) => {
    const { pathname, host } = new URL(request.url);
    if (pathname !== path) return undefined;
    if (isFromOtherOrigin(request.method, Object.fromEntries(request.headers), host)) {
      return problem(403, "another origin", `${path} is for the pages of this server`);
    }
    if (!allowed.includes(request.method)) {
      const allow = allowed.join(", ");
      return problem(405, "method not allowed", `${path} takes ${allow}, not ${request.method}`, { allow });
    }
    const response = await answerOrRefuse(answer, request, context);
    return request.method === "HEAD" ? withoutContent(response) : response;
  };
  return Object.assign(route, { answers: (target: string) => method === "GET" && target.split("?", 1)[0] === path });
}

async function answerOrRefuse(answer: Answer, request: Request, context: RouteContext): Promise<Response> {
  try {
    return await answer(request, context);
  } catch (error) {
    if (error instanceof BadValue) return problem(400, "bad value", error.message);
    throw error;
  }
}

async function withoutContent(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, { status: response.status, headers: response.headers });
}
