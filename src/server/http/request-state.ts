import type { InspectedRecord } from "../../inspect/loads/observed.js";
import type { PageNeeds } from "../../scanner/types.js";
import { NO_RULES } from "../middleware/site-rules.js";
import { NO_POLICIES, type Exchange, type Transform } from "./exchange.js";

/** What is noted of a request on its way, by whichever version of HTTP it came. */
export abstract class RequestState implements Pick<
  Exchange,
  | "arrived"
  | "rules"
  | "place"
  | "isLeft"
  | "policies"
  | "hinted"
  | "pageNeeds"
  | "inspected"
  | "transformHeaders"
  | "begun"
> {
  readonly arrived = performance.now();
  rules = NO_RULES;
  place = -1;
  isLeft = false;
  policies: readonly string[] = NO_POLICIES;
  hinted: string | undefined;
  pageNeeds: PageNeeds | undefined;
  inspected: InspectedRecord | undefined;
  transformHeaders: Transform | undefined;
  begun = 0;
}
