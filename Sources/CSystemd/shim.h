#pragma once
// epoll, eventfd and inotify are not part of Swift's Glibc module.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <systemd/sd-event.h>
