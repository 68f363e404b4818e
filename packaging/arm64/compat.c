// What Debian unstable's static Swift libraries ask of glibc 2.38 and libstdc++ 12 and 13, said with what Debian 12 and,
// in libstdc++, CentOS Stream 9 have.
// Hidden: the program exports none of it.
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define HIDDEN __attribute__((visibility("hidden")))

// Since glibc 2.38 a compiler that knows C23 calls these for strtol(3) and sscanf(3); they also read 0b101.
HIDDEN long __isoc23_strtol(const char *text, char **end, int base) { return strtol(text, end, base); }
HIDDEN long long __isoc23_strtoll(const char *text, char **end, int base) { return strtoll(text, end, base); }
HIDDEN unsigned long __isoc23_strtoul(const char *text, char **end, int base) { return strtoul(text, end, base); }
HIDDEN unsigned long long __isoc23_strtoull(const char *text, char **end, int base) {
  return strtoull(text, end, base);
}
HIDDEN int __isoc23_sscanf(const char *text, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int count = vsscanf(text, format, arguments);
  va_end(arguments);
  return count;
}

HIDDEN size_t strlcpy(char *target, const char *source, size_t size) {
  size_t length = strlen(source);
  if (size > 0) {
    size_t kept = length < size ? length : size - 1;
    memcpy(target, source, kept);
    target[kept] = 0;
  }
  return length;
}
HIDDEN size_t strlcat(char *target, const char *source, size_t size) {
  size_t length = strnlen(target, size);
  return length == size ? size + strlen(source) : length + strlcpy(target + length, source, size - length);
}

// std::ios_base_library_init(), which libstdc++ 13 has in the library; before, every program made such an object.
extern void _ZNSt8ios_base4InitC1Ev(void *);
static char streams[16];
HIDDEN void _ZSt21ios_base_library_initv(void) { _ZNSt8ios_base4InitC1Ev(streams); }

// std::__glibcxx_assert_fail of libstdc++ 12: a broken promise inside the C++ library ends the program.
HIDDEN _Noreturn void _ZSt21__glibcxx_assert_failPKciS0_S0_(const char *file, int line, const char *function,
                                                            const char *condition) {
  if (file && function && condition) fprintf(stderr, "%s:%d: %s: Assertion '%s' failed.\n", file, line, function, condition);
  abort();
}
