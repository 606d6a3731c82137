export {
  createMock,
  Mock,
  type MockFault,
  type MockFaultOptions,
  type MockOptions,
  type MockRequest,
} from "./mock-server.ts";
