// Shapes that the widget's modules share; read by the type checker only.

export interface Option {
  title: string;
  payload: string;
}

export interface Article {
  id: string;
  title: string;
  url: string;
}

export interface Secret {
  kind: string;
  secret?: string;
  qr_svg?: string;
  codes?: string[];
}

export interface Line {
  seq: number;
  author: "visitor" | "bot" | "agent" | "system";
  kind: string;
  text: string;
  options: Option[];
  data: {
    input?: string;
    name?: string;
    articles?: Article[];
    showing?: string;
    secret?: Secret;
    gone?: boolean;
  };
  at: string;
  client_id?: string | null;
}

/** Something on its way to the server; `secret` is never written to storage. */
export interface Pending {
  client_id: string;
  text?: string;
  payload?: string;
  shown: string;
  secret?: boolean;
  state: "waiting" | "failed";
  reason?: string;
}

export interface Country {
  region: string;
  calling_code: string;
  name: string;
}

export interface Visit {
  conversation: string;
  token: string;
  expires_at: string;
  expires_in: number;
  resumed: boolean;
  language: string;
  owner: string;
  brand: { name: string; disclaimer: string; support_url: string };
  countries: Country[];
  message_length: number;
  embed_origins: string[];
  rated: boolean;
}

export interface Owner {
  owner: string;
  name: string | null;
}

export interface Event {
  id: string;
  event: string;
  data: string;
}

export interface Said {
  text?: string;
  payload?: string;
  shown?: string;
  secret?: boolean;
}

export type Words = Record<string, string>;
