/*
 * The limit: what one thread of C pays for the same work.
 *
 * An epoll loop that answers canned octets. It finds where each request ends
 * and looks no further: no routing, no limits, no deadlines, no errors but to
 * close. GET is answered with "Hello, World!" whatever the target, POST with
 * the content that came. Prints its URL once it listens.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_FDS = 65536, READ_SIZE = 64 * 1024, HEAD_SIZE = 256, EVENTS = 512 };

/* The octets of a request that is not complete yet, by file descriptor. */
static struct { char *octets; size_t length; } held[MAX_FDS];
static char in[2 * READ_SIZE];
static char out[2 * READ_SIZE];
static char canned[HEAD_SIZE];
static size_t canned_length;
static char date[64];

/* Writes the answer anew when the second has changed. */
static void refresh_canned(void) {
  static time_t second;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec == second) return;
  second = now.tv_sec;
  strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime(&second));
  canned_length = (size_t)snprintf(canned, sizeof canned,
    "HTTP/1.1 200 OK\r\nDate: %s\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!", date);
}

/* The octets of content that a head announces; 0 without Content-Length. */
static size_t content_length(const char *head, size_t length) {
  static const char name[] = "\r\nContent-Length:";
  const char *field = memmem(head, length, name, sizeof name - 1);
  return field ? strtoul(field + sizeof name - 1, NULL, 10) : 0;
}

/* Sends what is in out; a reader that stalls is not measured, so a short write closes. */
static int flushed(int fd, size_t used) {
  return used == 0 || send(fd, out, used, MSG_NOSIGNAL) == (ssize_t)used;
}

/* Answers the complete requests in octets[0, length) with one write; returns how many octets they were, or -1 to close. */
static ssize_t answer(int fd, const char *octets, size_t length) {
  size_t at = 0, used = 0;
  const char *end;
  while ((end = memmem(octets + at, length - at, "\r\n\r\n", 4)) != NULL) {
    size_t head = (size_t)(end + 4 - (octets + at));
    size_t content = octets[at] == 'P' ? content_length(octets + at, head) : 0;
    if (content > READ_SIZE - HEAD_SIZE) return -1;
    if (at + head + content > length) break;
    if (used + HEAD_SIZE + content > sizeof out) {
      if (!flushed(fd, used)) return -1;
      used = 0;
    }
    if (octets[at] != 'P') {
      memcpy(out + used, canned, canned_length);
      used += canned_length;
    } else {
      used += (size_t)snprintf(out + used, HEAD_SIZE,
        "HTTP/1.1 200 OK\r\nDate: %s\r\nContent-Type: application/octet-stream\r\nContent-Length: %zu\r\n\r\n", date, content);
      memcpy(out + used, octets + at + head, content);
      used += content;
    }
    at += head + content;
  }
  return flushed(fd, used) ? (ssize_t)at : -1;
}

static void drop(int fd) {
  free(held[fd].octets);
  held[fd].octets = NULL;
  held[fd].length = 0;
  close(fd);
}

static void readable(int fd) {
  size_t carried = held[fd].length;
  if (carried > 0) memcpy(in, held[fd].octets, carried);
  ssize_t got = recv(fd, in + carried, READ_SIZE, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return drop(fd);
  size_t length = carried + (size_t)got;
  ssize_t done = answer(fd, in, length);
  size_t rest = done < 0 ? 0 : length - (size_t)done;
  if (done < 0 || rest > READ_SIZE) return drop(fd);
  if (rest > 0) {
    if (held[fd].octets == NULL && (held[fd].octets = malloc(READ_SIZE)) == NULL) return drop(fd);
    memcpy(held[fd].octets, in + done, rest);
  }
  held[fd].length = rest;
}

int main(void) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max < MAX_FDS ? files.rlim_max : MAX_FDS;
  setrlimit(RLIMIT_NOFILE, &files);

  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t size = sizeof address;
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 4096) != 0 ||
      getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
    perror("epoll");
    return 1;
  }
  printf("http://127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);

  int loop = epoll_create1(0);
  struct epoll_event event = { .events = EPOLLIN, .data.fd = listener };
  epoll_ctl(loop, EPOLL_CTL_ADD, listener, &event);
  static struct epoll_event events[EVENTS];
  for (;;) {
    int count = epoll_wait(loop, events, EVENTS, -1);
    refresh_canned();
    for (int i = 0; i < count; i++) {
      if (events[i].data.fd != listener) {
        readable(events[i].data.fd);
        continue;
      }
      for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (fd < 0) break;
        if (fd >= MAX_FDS) { close(fd); continue; }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
        event = (struct epoll_event){ .events = EPOLLIN, .data.fd = fd };
        epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
      }
    }
  }
}
