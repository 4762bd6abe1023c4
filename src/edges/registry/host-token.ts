/** The host, with its port where it has one, that a token may be sent to; nothing for what is not https. */
export const httpsHost = (url: string): string | undefined => {
  const parsed = URL.parse(url);
  return parsed?.protocol === "https:" ? parsed.host : undefined;
};

/** The token as it goes over the wire: what GitHub, and whoever takes any user name, wants before it. */
export const basic = (token: string): string => Buffer.from(`x-access-token:${token}`).toString("base64");
