export {
  type EventSourceClient,
  type EventSourceOptions,
  events,
  MAX_LAST_EVENT_ID,
  type ReceivedEvent,
} from "./events.ts";
