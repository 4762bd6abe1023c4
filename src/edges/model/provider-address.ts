import { isAnyBaseUrl, isSecureBaseUrl } from "../../definition/provider.ts";
import { settingMissing } from "./missing.ts";

/** `any` for servers of one's own, which often speak plain http in a private network. */
export type AddressRule = "secure" | "any";

/**
 * A base URL that a variable gives, held to the manifest's own rule.
 *
 * @throws ExpertStackError INPUT_INVALID naming the variable
 */
export const addressIn = (variable: string, url: string, rule: AddressRule): string => {
  if (rule === "any" ? isAnyBaseUrl(url) : isSecureBaseUrl(url)) return url;
  const expected =
    rule === "any" ? "an http or https URL" : "an https URL (http only for this machine itself)";
  throw settingMissing(
    `The variable ${variable} is "${url}".`,
    `It must be ${expected}, written in full, such as https://llm.example.com/v1.`,
  );
};

/**
 * A word that becomes part of a host's name, and so must not end it.
 *
 * @throws ExpertStackError INPUT_INVALID
 */
export const hostWord = (
  word: { readonly provider: string; readonly name: string; readonly value: string },
  example: string,
): string => {
  if (/^[a-z0-9-]+$/i.test(word.value)) return word.value;
  throw settingMissing(
    `The ${word.name} "${word.value}" of the provider "${word.provider}" is none.`,
    `Write letters, digits and hyphens only, such as "${example}".`,
  );
};
