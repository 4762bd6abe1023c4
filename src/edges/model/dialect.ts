import type { SharedV4ProviderOptions } from "@ai-sdk/provider";
import type { ProviderSettings } from "./provider-access.ts";

/** The API that a provider speaks for a model; clouds speak their own or a maker's. */
export type DialectName =
  | "anthropic"
  | "openai"
  | "openaiChat"
  | "google"
  | "bedrock"
  | "deepseek"
  | "compatible"
  | "ollama";

export type Dialect = {
  readonly name: DialectName;
  /** Under which names the SDK keeps what this provider wants back, such as signatures. */
  readonly dataKeys: readonly string[];
  /** Whether thinking goes back only with such data: elsewhere it is text that goes back, or nothing. */
  readonly thinking: "signed" | "plain";
  /** Marks the end of a prefix to be cached, where the provider wants marks. */
  readonly cacheMark?: SharedV4ProviderOptions;
  readonly media: Media;
  /**
   * Whether what the SDK makes of older messages may be sent again as it was: wherever each is converted by itself;
   * with `oneQuestion` until the person's next word. Not where a signature is made of the whole body.
   */
  readonly keeps?: "all" | "oneQuestion";
};

/** What a model can be shown besides text, and where a tool's result may hold it. */
export type Media = {
  readonly images: boolean;
  readonly pdf: boolean;
  /** `after`: in a message of the user's right after the results, which hold text only. */
  readonly inResults: "within" | "afterText" | "after";
};

const everything: Media = { images: true, pdf: true, inResults: "within" };

const anthropic: Dialect = {
  name: "anthropic",
  dataKeys: ["anthropic"],
  thinking: "signed",
  cacheMark: { anthropic: { cacheControl: { type: "ephemeral" } } },
  media: everything,
  keeps: "all",
};

const bedrock: Dialect = {
  name: "bedrock",
  dataKeys: ["amazonBedrock", "bedrock"],
  thinking: "signed",
  media: everything,
};

const cachePoint: SharedV4ProviderOptions = { amazonBedrock: { cachePoint: { type: "default" } } };

/** Models that Bedrock keeps a prefix for: https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html */
const cachedOnBedrock = /anthropic\.claude|amazon\.nova/;

const openai: Dialect = {
  name: "openai",
  dataKeys: ["openai"],
  thinking: "signed",
  media: everything,
  keeps: "all",
};

const plainText = { dataKeys: [], thinking: "plain", keeps: "all" } as const;

const google: Dialect = {
  name: "google",
  dataKeys: ["google"],
  thinking: "plain",
  media: { ...everything, inResults: "afterText" },
};

export const dialectOf = (settings: ProviderSettings, model: string): Dialect => {
  switch (settings.provider) {
    case "anthropic":
      return anthropic;
    case "openai":
      return openai;
    case "azure-openai":
      return settings.useDeploymentBasedUrls
        ? { name: "openaiChat", ...plainText, media: { ...everything, inResults: "after" } }
        : { ...openai, dataKeys: ["azure"] };
    case "google":
      return { ...google, ...keptBy(model) };
    case "google-vertex":
      return model.startsWith("claude")
        ? anthropic
        : { ...google, ...keptBy(model), dataKeys: ["googleVertex", "vertex"] };
    case "amazon-bedrock":
      return cachedOnBedrock.test(model) ? { ...bedrock, cacheMark: cachePoint } : bedrock;
    case "deepseek": {
      // Of DeepSeek's models only those that are named for it see.
      const media: Media = { images: model.includes("vision"), pdf: false, inResults: "within" };
      return { name: "deepseek", dataKeys: ["deepseek"], thinking: "plain", media, keeps: "oneQuestion" };
    }
    case "ollama":
      return { name: "ollama", ...plainText, media: { images: true, pdf: false, inResults: "after" } };
    case "openai-compatible":
      return { name: "compatible", ...plainText, media: { images: true, pdf: true, inResults: "after" } };
    default:
      return settings satisfies never;
  }
};

/** Gemma is told the system prompt within its first message. */
const keptBy = (model: string): Pick<Dialect, "keeps"> => (/gemma/i.test(model) ? {} : { keeps: "all" });

/** Anthropic's models on Bedrock, and what hides its model behind a profile's ARN. */
export const takesBudget = (dialect: DialectName, model: string): boolean =>
  dialect === "anthropic" || (dialect === "bedrock" && /anthropic|claude|^arn:/.test(model));
