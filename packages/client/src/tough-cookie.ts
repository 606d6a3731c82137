export {
  MAX_COOKIES_PER_HOST,
  MAX_JAR_COOKIES,
  type ToughCookieJarOptions,
  toughCookieJar,
} from "./tough-cookie-jar.ts";
