export { ConnectionError, ERROR_CODE, errorCodeName } from "./error-codes.ts";
export {
  type AlternativeServices,
  decodeAltsvc,
  decodeOrigins,
  encodeAltsvc,
  encodeOrigins,
} from "./extension-frames.ts";
export { FrameDecoder } from "./frame-decoder.ts";
export {
  encodeFrameHead,
  encodeGoaway,
  encodePing,
  encodePriorityUpdate,
  encodeRstStream,
  encodeSettings,
  encodeSettingsAck,
  encodeUint32,
  encodeWindowUpdate,
} from "./frame-encoder.ts";
export {
  DEFAULT_MAX_FRAME_OCTETS,
  FLAG,
  FRAME_HEAD_OCTETS,
  FRAME_TYPE,
  LARGEST_FRAME_OCTETS,
  MAX_31_BIT,
  PREFACE,
  SETTING,
} from "./frame-types.ts";
export type { FrameVisitor } from "./frame-visitor.ts";
