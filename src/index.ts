export { H2PushError, type ErrorCode } from "./errors.js";
export type { Destination } from "./manifest/destination.js";
export type { EntryMarks, LinkAttributes, ManifestEntry, PushManifest } from "./manifest/types.js";
export type {
  IgnoredTarget,
  MissingReference,
  PageNeeds,
  PageRecord,
  Position,
  RecordedPreload,
  RecordedReference,
  Written,
} from "./scanner/types.js";
export type { DeliveredTarget, Delivery } from "./delivery/history.js";
export type { Announcement } from "./delivery/announcement.js";
export type { DeliveryMode } from "./delivery/plan.js";
export { createCertificate, type CertificateOptions, type KeyType } from "./tls/issue/issue.js";
export type { TlsMin } from "./tls/store/secure-context.js";
export type { PemPair } from "./tls/issue/certificate.js";
export type { RequestRecord } from "./server/request-record.js";
export type { Route, RouteContext } from "./server/routes/route.js";
export type { AcceptedWebSocket, ServerWebSocket, WebSocketOptions } from "./server/routes/web-socket.js";
export type { ScanSummary } from "./server/scan/background-scan.js";
export type { LiveChange } from "./server/live-reload/shared-changes.js";
export type { PageChange } from "./server/live-reload/page-changes.js";
export type { LinkPreload } from "./scanner/html/facts.js";
export type { SiteScanOptions } from "./scanner/scan-site.js";
export type { Viewport } from "./scanner/css/media-queries.js";
export { scan, type SiteScan } from "./server/scan/scan-directory.js";
export type { ScanOptions } from "./server/scan/scan-options.js";
export type { Address } from "./server/listen/address.js";
export type { OwnDelivery } from "./site/deliver-own.js";
export type { Content } from "./site/page-content.js";
export type { CompatRequest, CompatResponse } from "./site/compat-exchange.js";
export type { LinksOptions, PageLinks } from "./site/site-links.js";
export { openSite, type OpenSite } from "./site/open-site.js";
export type { SiteOptions } from "./site/site-options.js";
export { createServer, type Server } from "./server/server.js";
export type { GivenSettings } from "./server/options/given-settings.js";
export type { ServerOptions } from "./server/options/server-options.js";
