/** Milliseconds that a client has for the headers of a request, and for all of it. */
export const PATIENCE = { headersTimeout: 5_000, requestTimeout: 10_000 };

/** What a server of Node's lets a client take: of time as told, and of a request's head so many bytes. */
export function limitsOf<Patience extends { readonly headersTimeout: number }>(patience: Patience) {
  // Node looks for clients that are too slow each 30 s unless it is told otherwise.
  return { ...patience, connectionsCheckingInterval: patience.headersTimeout / 5, maxHeaderSize: 8_192 };
}
