/** Reads the token of an `Authorization: Bearer <token>` header (RFC 6750); undefined when there is none or it has another form. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization ?? "")?.[1];
}
