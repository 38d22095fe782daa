/*
 * Makes real system calls under profiles. Reads a plan: "profile NAME" begins what one confined process tries, then a line a
 * call: its name and up to four words ("-" for none). Prints for each call 0 or the error number, in order. Most calls are made
 * such that they come to nothing behind AppArmor's own check; the folders and files that they name are made by prepare().
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/io.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/capability.h>

#define MOST 512

static const char *const PEERS[] = { "unconfined", "a", "ab", "a//b", "/usr/bin/a", "/usr/bin/a//k" };
#define PEER_COUNT (sizeof PEERS / sizeof *PEERS)

struct call {
	char words[5][64];
	int socket;
	int result;
};

/* What all processes share: the calls of the profile at hand, and who has to do something. */
static struct shared {
	struct call calls[MOST];
	int count;
	volatile int tried, over;
	volatile int actor; /* index of the peer that has to act, -1: nobody */
	int at;
	pid_t victim;
} *shared;

static pid_t targets[PEER_COUNT];
static char byte_to_read = 'x';

static int confine(const char *profile)
{
	char text[256];
	int length = snprintf(text, sizeof text, "changeprofile %s", profile);
	int file = open("/proc/self/attr/current", O_WRONLY);
	int error = write(file, text, length) == length ? 0 : errno;
	close(file);
	return error;
}

static int peer_index(const char *name)
{
	for (size_t index = 0; index < PEER_COUNT; index++)
		if (!strcmp(PEERS[index], name))
			return (int)index;
	return -1;
}

static int outcome(long result)
{
	return result < 0 ? errno : 0;
}

/* Signals and ptrace, by whoever calls this, to a process. */
static int act(const struct call *call, pid_t pid)
{
	const char *name = call->words[0];
	if (!strcmp(name, "send") || !strcmp(name, "receive"))
		return outcome(syscall(SYS_kill, pid, atoi(call->words[2])));
	if (!strcmp(name, "read") || !strcmp(name, "readby")) {
		void *head;
		size_t length;
		return outcome(syscall(SYS_get_robust_list, pid, &head, &length));
	}
	char copy;
	struct iovec here = { &copy, 1 }, there = { &byte_to_read, 1 };
	return outcome(process_vm_readv(pid, &here, 1, &there, 1, 0));
}

static int capability(int number)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];
	if (syscall(SYS_capget, &head, data))
		return errno;
	return data[number / 32].effective >> (number % 32) & 1 ? 0 : EPERM;
}

/* Makes calls that need one capability and nothing else, and do no harm. */
static int use(const char *name)
{
	struct timezone zone = { 0, 0 };
	if (!strcmp(name, "sys_admin")) return outcome(sethostname("host", 4));
	if (!strcmp(name, "sys_nice")) return outcome(setpriority(PRIO_PROCESS, 0, -1));
	if (!strcmp(name, "sys_boot")) return outcome(syscall(SYS_reboot, 0, 0, 0, 0));
	if (!strcmp(name, "sys_module")) return outcome(syscall(SYS_delete_module, "none", O_NONBLOCK));
	if (!strcmp(name, "sys_pacct")) return outcome(acct(NULL));
	if (!strcmp(name, "sys_chroot")) return outcome(chroot("/"));
	if (!strcmp(name, "setgid")) return outcome(syscall(SYS_setgroups, 0, NULL));
	if (!strcmp(name, "setpcap")) return outcome(prctl(PR_CAPBSET_DROP, CAP_BLOCK_SUSPEND));
	if (!strcmp(name, "sys_rawio")) return outcome(ioperm(0x80, 1, 1));
	if (!strcmp(name, "sys_time")) return outcome(settimeofday(NULL, &zone));
	return ENOSYS;
}

static int on_socket(const struct call *call)
{
	const char *name = call->words[0];
	int file = call->socket, value = 0;
	struct sockaddr_storage address = { .ss_family = (sa_family_t)atoi(call->words[1]) };
	socklen_t length = sizeof address, size = sizeof value;
	char byte = 0;
	if (!strcmp(name, "bind")) return outcome(bind(file, (struct sockaddr *)&address, length));
	if (!strcmp(name, "listen")) return outcome(listen(file, 1));
	if (!strcmp(name, "accept")) return outcome(accept(file, NULL, NULL));
	if (!strcmp(name, "connect")) return outcome(connect(file, (struct sockaddr *)&address, length));
	if (!strcmp(name, "send")) return outcome(sendto(file, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT, NULL, 0));
	if (!strcmp(name, "receive")) return outcome(recv(file, &byte, 1, MSG_DONTWAIT));
	if (!strcmp(name, "getattr")) return outcome(getsockname(file, (struct sockaddr *)&address, &length));
	if (!strcmp(name, "getopt")) return outcome(getsockopt(file, SOL_SOCKET, SO_TYPE, &value, &size));
	if (!strcmp(name, "setopt")) return outcome(setsockopt(file, SOL_SOCKET, SO_RCVLOWAT, &value, size));
	if (!strcmp(name, "shutdown")) return outcome(shutdown(file, SHUT_RDWR));
	return ENOSYS;
}

static int bind_abstract(const struct call *call)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(call->words[2]));
	strcpy(address.sun_path, call->words[2]);
	address.sun_path[0] = 0;
	return outcome(bind(call->socket, (struct sockaddr *)&address, length));
}

static int new_namespace(void)
{
	int status;
	pid_t pid = fork();
	if (pid == 0)
		_exit(unshare(CLONE_NEWUSER) ? errno : 0);
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static int ring(void)
{
	unsigned parameters[30] = { [2] = 2 /* IORING_SETUP_SQPOLL */ };
	long file = syscall(SYS_io_uring_setup, 1, parameters);
	if (file < 0)
		return errno;
	close((int)file);
	return 0;
}

static int test_change(const char *profile)
{
	char text[256];
	int length = snprintf(text, sizeof text, "permprofile %s", profile);
	int file = open("/proc/self/attr/current", O_WRONLY);
	int error = file < 0 ? errno : write(file, text, length) == length ? 0 : errno;
	close(file);
	return error;
}

static const char *word(const struct call *call, int index)
{
	return strcmp(call->words[index], "-") ? call->words[index] : NULL;
}

static int try_call(struct call *call)
{
	const char *kind = call->words[0];
	if (!strcmp(kind, "capability")) return capability(atoi(call->words[1]));
	if (!strcmp(kind, "use")) return use(call->words[1]);
	if (!strcmp(kind, "mount")) return outcome(mount(word(call, 1), word(call, 2), word(call, 3), strtoul(call->words[4], NULL, 10), "unknown=1"));
	if (!strcmp(kind, "umount")) return outcome(umount2(call->words[1], 0));
	if (!strcmp(kind, "pivot_root")) return outcome(syscall(SYS_pivot_root, call->words[1], call->words[2]));
	if (!strcmp(kind, "userns")) return new_namespace();
	if (!strcmp(kind, "io_uring")) return ring();
	if (!strcmp(kind, "change_profile")) return test_change(call->words[1]);
	if (!strcmp(kind, "unix-bind")) return bind_abstract(call);
	if (!strcmp(kind, "link")) return outcome(link(call->words[2], call->words[1]));
	if (!strcmp(kind, "rlimit")) {
		struct rlimit limit = { 0, strtoul(call->words[2], NULL, 10) };
		return outcome(setrlimit(atoi(call->words[1]), &limit));
	}
	if (!strcmp(kind, "socket")) {
		int file = socket(atoi(call->words[1]), atoi(call->words[2]) | SOCK_NONBLOCK, 0);
		int error = outcome(file);
		close(file);
		return error;
	}
	return ENOSYS;
}

/* Sockets are made before the profile holds: what is done with one is asked apart from making it. */
static void make_sockets(void)
{
	for (int index = 0; index < shared->count; index++) {
		struct call *call = &shared->calls[index];
		int family = !strcmp(call->words[0], "unix-bind") ? AF_UNIX : !strcmp(call->words[4], "socket") ? atoi(call->words[1]) : 0;
		call->socket = family ? socket(family, atoi(call->words[family == AF_UNIX ? 1 : 2]) | SOCK_NONBLOCK, 0) : -1;
	}
}

static int is_incoming(const struct call *call)
{
	const char *kind = call->words[0];
	return !strcmp(call->words[3], "peer") && (!strcmp(kind, "receive") || !strcmp(kind, "tracedby") || !strcmp(kind, "readby"));
}

static void confined(const char *profile)
{
	make_sockets();
	int error = confine(profile);
	for (int index = 0; index < shared->count; index++) {
		struct call *call = &shared->calls[index];
		shared->at = index;
		if (error)
			call->result = -error;
		else if (!strcmp(call->words[4], "socket"))
			call->result = on_socket(call);
		else if (strcmp(call->words[3], "peer"))
			call->result = try_call(call);
		else if (!is_incoming(call))
			call->result = act(call, targets[peer_index(call->words[1])]);
	}
	shared->tried = 1;
	while (!shared->over)
		usleep(200);
	_exit(0);
}

/* A process of a peer's profile, which does to the confined one what it is told. */
static void actor(int self)
{
	if (confine(PEERS[self]))
		_exit(1);
	for (;;) {
		if (shared->actor == self) {
			shared->calls[shared->at].result = act(&shared->calls[shared->at], shared->victim);
			shared->actor = -1;
		}
		usleep(300);
	}
}

static void ignore_signals(void)
{
	struct { void *handler; unsigned long flags; void *restorer; unsigned long mask; } action = { (void *)1, 0, NULL, 0 };
	for (int number = 1; number <= 64; number++)
		if (number != SIGCHLD && number != SIGSEGV)
			syscall(SYS_rt_sigaction, number, &action, NULL, 8);
}

static pid_t child(void (*run)(int), int argument)
{
	pid_t pid = fork();
	if (pid == 0)
		run(argument);
	return pid;
}

static void target(int self)
{
	if (self > 0 && confine(PEERS[self]))
		_exit(1);
	for (;;)
		pause();
}

static void removed_links(void)
{
	char path[16] = "/t/";
	for (const char *name = "mnopqrst"; *name; name++) {
		path[3] = *name;
		unlink(path);
	}
}

/* Gives a process a while to get on; what hangs is named, and the rest goes on without it. */
static int waited(volatile int *value, int wanted, const char *what)
{
	for (int rounds = 0; rounds < 5000; rounds++) {
		if (*value == wanted)
			return 1;
		usleep(200);
	}
	printf("%s hangs at: %s %s %s\n", what, shared->calls[shared->at].words[0], shared->calls[shared->at].words[1], shared->calls[shared->at].words[2]);
	fflush(stdout);
	return 0;
}

static void round_of(const char *profile)
{
	shared->tried = shared->over = 0;
	pid_t pid = fork();
	if (pid == 0)
		confined(profile);
	shared->victim = pid;
	if (!waited(&shared->tried, 1, profile))
		exit(1);
	for (int index = 0; index < shared->count; index++) {
		struct call *call = &shared->calls[index];
		if (!is_incoming(call))
			continue;
		int peer = peer_index(call->words[1]);
		if (peer == 0) {
			call->result = act(call, shared->victim);
			continue;
		}
		shared->at = index;
		shared->actor = peer;
		if (!waited(&shared->actor, -1, PEERS[peer]))
			exit(1);
	}
	shared->over = 1;
	waitpid(pid, NULL, 0);
	for (int index = 0; index < shared->count; index++)
		printf("%d\n", shared->calls[index].result);
	fflush(stdout);
	shared->count = 0;
	removed_links();
}

static void prepare(void)
{
	static const char *const folders[] = { "/mnt", "/srv", "/mnt/a", "/mnt/m", "/srv/d", "/a", "/a/b", "/a/m", "/t" };
	static const char *const files[] = { "/srv/b", "/mnt/f", "/t/a", "/t/ab", "/t/b" };
	for (size_t index = 0; index < sizeof folders / sizeof *folders; index++)
		mkdir(folders[index], 0755);
	mount("none", "/srv", "tmpfs", 0, NULL);
	mkdir("/srv/d", 0755);
	mount(NULL, "/srv", NULL, MS_UNBINDABLE, NULL);
	for (size_t index = 0; index < 2; index++) {
		const char *place = index ? "/a/m" : "/mnt/m";
		mount("none", place, "tmpfs", 0, NULL);
		open(place, O_RDONLY); /* keeps it busy */
	}
	for (size_t index = 0; index < sizeof files / sizeof *files; index++)
		close(open(files[index], O_CREAT | O_WRONLY, 0755));
	for (int resource = 0; resource < RLIM_NLIMITS; resource++) {
		rlim_t highest = resource == RLIMIT_NOFILE ? 1 << 20 : RLIM_INFINITY;
		/* A soft limit that lets a process be nice needs no capability. */
		struct rlimit limit = { resource == RLIMIT_NICE ? 0 : resource == RLIMIT_NOFILE ? 1024 : highest, highest };
		setrlimit(resource, &limit);
	}
}

int main(void)
{
	char line[512], profile[128] = "";
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	shared->actor = -1;
	prepare();
	ignore_signals();
	for (size_t index = 0; index < PEER_COUNT; index++) {
		targets[index] = child(target, (int)index);
		if (index > 0)
			child(actor, (int)index);
	}
	usleep(300000);
	while (fgets(line, sizeof line, stdin)) {
		char *save, *name = strtok_r(line, " \n", &save);
		if (name && !strcmp(name, "profile")) {
			if (shared->count)
				round_of(profile);
			strcpy(profile, strtok_r(NULL, " \n", &save));
			continue;
		}
		struct call *call = &shared->calls[shared->count++];
		memset(call, 0, sizeof *call);
		for (int index = 0; index < 5 && name; index++, name = strtok_r(NULL, " \n", &save))
			strncpy(call->words[index], name, sizeof call->words[index] - 1);
	}
	round_of(profile);
	fflush(stdout);
	for (size_t index = 0; index < PEER_COUNT; index++)
		kill(targets[index], SIGKILL);
	return 0;
}
