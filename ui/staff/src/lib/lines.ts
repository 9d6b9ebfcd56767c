/** Lines as the settings show them: the business addresses at which guests reach the house. */

/** What a line is asked for; `meaning` is in the reader's language. */
export interface Need {
  name: string;
  meaning: string;
  secret: boolean;
  required: boolean;
}

export interface Channel {
  name: string;
  /** By what the provider knows a line: `account`, and `address` where that is another. */
  names: Need[];
  needs: Need[];
  own_path: boolean;
}

export interface Line {
  id: string;
  channel: string;
  account: string;
  address: string;
  restaurant_id: string | null;
  advisor_id: string | null;
  credential_names: string[];
  active: boolean;
  revision: number;
}

export interface ShownLine {
  line: Line;
  webhook_url: string;
}

/** What a form asked about a line; a credential that was left empty is not among them. */
export interface LineAnswers {
  account?: string;
  address?: string;
  credentials: Record<string, string>;
}

/** Who attends guests by lines of their own; `user_id` is the member of staff who signs in as them. */
export interface Advisor {
  id: string;
  name: string;
  user_id: string | null;
  active: boolean;
}

/** A member of staff as far as lines are concerned. */
export interface Hired {
  id: string;
  name: string;
  roles: Record<string, string>;
  disabled_at: string | null;
}

/** Who may be given a line: an advisor, or one who was hired as such and has none yet. */
export interface Attendant {
  advisor_id: string | null;
  user_id: string | null;
  name: string;
}

export function attending(advisors: Advisor[], hired: Hired[], restaurantId: string): Attendant[] {
  const known = new Set(advisors.map((each) => each.user_id));
  return [
    ...advisors.filter((each) => each.active).map(({ id, user_id, name }) => ({ advisor_id: id, user_id, name })),
    ...hired
      .filter((each) => each.disabled_at === null && each.roles[restaurantId] === 'advisor' && !known.has(each.id))
      .map(({ id, name }) => ({ advisor_id: null, user_id: id, name })),
  ];
}

/** Of channels that share their name with another. */
export const PROVIDERS: Record<string, string> = { whatsapp_meta: 'Meta', email_smtp: 'SMTP' };

/** Our own chat has no provider that is told anything, and mail by SMTP comes to our own listener. */
export const isTold = (channel: string): boolean => channel !== 'webchat' && channel !== 'email_smtp';

/** The line of a page that puts the chat on it; it comes from where the line's frames go. */
export const widgetScript = (webhookUrl: string, slug: string): string => {
  const [origin] = webhookUrl.split('/webhooks/');
  return `<script src="${origin}/widget.js" data-restaurant="${slug}" async></` + 'script>';
};
