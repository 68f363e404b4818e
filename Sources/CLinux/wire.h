#pragma once
// Sockets that see the wire: packet(7), raw ICMPv6 (RFC 3542), and their filters (socket(7), SO_ATTACH_FILTER).
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

// A descriptor, or -1 with errno. Protocol 0: nothing is received before clinux_packet_bind.
static inline int clinux_packet_socket(void) {
  return socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

// Receives frames of one EtherType on one interface; of ETH_P_ALL also those that leave.
static inline int clinux_packet_bind(int descriptor, int interface, uint16_t protocol) {
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(protocol), .sll_ifindex = interface};
  return bind(descriptor, (struct sockaddr *)&address, sizeof address);
}

// Sends a payload to every station of the interface's network.
static inline ssize_t clinux_packet_broadcast(int descriptor, int interface, uint16_t protocol, const void *payload,
                                              size_t size) {
  struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                .sll_protocol = htons(protocol),
                                .sll_ifindex = interface,
                                .sll_halen = ETH_ALEN};
  memset(address.sll_addr, 0xff, ETH_ALEN);
  return sendto(descriptor, payload, size, 0, (struct sockaddr *)&address, sizeof address);
}

// A raw socket for neighbour discovery on one interface: receives neighbour advertisements only, sends with hop limit
// 255 (RFC 4861 section 4.3) and does not hear itself. A descriptor, or -1 with errno.
static inline int clinux_discovery_socket(const char *interface) {
  int descriptor = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMPV6);
  if (descriptor < 0) return -1;
  struct icmp6_filter filter;
  ICMP6_FILTER_SETBLOCKALL(&filter);
  ICMP6_FILTER_SETPASS(ND_NEIGHBOR_ADVERT, &filter);
  int hops = 255, off = 0;
  if (setsockopt(descriptor, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter) < 0 ||
      setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)strlen(interface) + 1) < 0 ||
      setsockopt(descriptor, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof hops) < 0 ||
      setsockopt(descriptor, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &off, sizeof off) < 0) {
    int code = errno;
    close(descriptor);
    errno = code;
    return -1;
  }
  return descriptor;
}

// Sends an ICMPv6 message, whose checksum the kernel fills in, from one address to another through an interface.
static inline ssize_t clinux_discovery_send(int descriptor, int interface, const uint8_t source[16],
                                            const uint8_t destination[16], const void *payload, size_t size) {
  struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_scope_id = (uint32_t)interface};
  memcpy(&address.sin6_addr, destination, 16);
  struct {
    uint8_t source[16];
    uint32_t interface;
  } information;
  memcpy(information.source, source, 16);
  information.interface = (uint32_t)interface;
  union {
    struct cmsghdr header;
    uint8_t bytes[CMSG_SPACE(sizeof information)];
  } control;
  memset(&control, 0, sizeof control);
  control.header.cmsg_level = IPPROTO_IPV6;
  control.header.cmsg_type = IPV6_PKTINFO;
  control.header.cmsg_len = CMSG_LEN(sizeof information);
  memcpy(CMSG_DATA(&control.header), &information, sizeof information);
  struct iovec vector = {.iov_base = (void *)payload, .iov_len = size};
  struct msghdr message = {.msg_name = &address,
                           .msg_namelen = sizeof address,
                           .msg_iov = &vector,
                           .msg_iovlen = 1,
                           .msg_control = &control,
                           .msg_controllen = sizeof control.bytes};
  return sendmsg(descriptor, &message, 0);
}

// Lets frames to a group's hardware address through an interface while the descriptor is open. Nothing is sent: this is
// between the host and its card, unlike joining an IP group. 0, or -1 with errno.
static inline int clinux_packet_join(int descriptor, int interface, const uint8_t group[6]) {
  struct packet_mreq request = {.mr_ifindex = interface, .mr_type = PACKET_MR_MULTICAST, .mr_alen = ETH_ALEN};
  memcpy(request.mr_address, group, ETH_ALEN);
  return setsockopt(descriptor, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof request);
}

// Receives one packet, cut at `size`; `source` becomes the hardware address that sent it, all zero where that has not
// six bytes, and `outgoing` whether this host did. The number of bytes, or -1 with errno.
static inline ssize_t clinux_packet_receive(int descriptor, void *buffer, size_t size, uint8_t source[6],
                                            int *outgoing) {
  struct sockaddr_ll address = {0};
  socklen_t length = sizeof address;
  ssize_t count = recvfrom(descriptor, buffer, size, 0, (struct sockaddr *)&address, &length);
  memset(source, 0, ETH_ALEN);
  if (address.sll_halen == ETH_ALEN) memcpy(source, address.sll_addr, ETH_ALEN);
  *outgoing = address.sll_pkttype == PACKET_OUTGOING;
  return count;
}

// Replaces a socket's filter. 0, or -1 with errno.
static inline int clinux_attach_filter(int descriptor, struct sock_filter *program, uint16_t count) {
  struct sock_fprog filter = {.len = count, .filter = program};
  return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}
