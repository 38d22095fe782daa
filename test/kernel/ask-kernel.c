/*
 * Asks the kernel what profiles allow: reads lines of "UID LABEL HEXBYTES", prints for each the four words that
 * /sys/kernel/security/apparmor/.access answers (allow, deny, audit, quiet) in one line, or "error NUMBER".
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <unistd.h>

static char line[1 << 16];
static char query[1 << 16];

static size_t build(const char *label, const char *hex)
{
	size_t length = 0;
	memcpy(query, "label", 6);
	length = 6;
	strcpy(query + length, label);
	length += strlen(label) + 1;
	for (; hex[0] && hex[1] && hex[0] != '\n'; hex += 2) {
		char pair[3] = { hex[0], hex[1], 0 };
		query[length++] = (char)strtoul(pair, NULL, 16);
	}
	return length;
}

static int ask(size_t length, char *answer, size_t size)
{
	int file = open("/sys/kernel/security/apparmor/.access", O_RDWR);
	ssize_t got = -1;
	if (file < 0)
		return errno;
	if (write(file, query, length) == (ssize_t)length)
		got = read(file, answer, size - 1);
	int error = got < 0 ? errno : 0;
	close(file);
	answer[got < 0 ? 0 : got] = 0;
	return error;
}

int main(void)
{
	while (fgets(line, sizeof line, stdin)) {
		char *uid = strtok(line, " "), *label = strtok(NULL, " "), *hex = strtok(NULL, " \n");
		char answer[256];
		unsigned words[4];
		if (!uid || !label || !hex)
			continue;
		setfsuid((uid_t)atoi(uid));
		int error = ask(build(label, hex), answer, sizeof answer);
		setfsuid(0);
		if (error || sscanf(answer, "allow %x deny %x audit %x quiet %x", words, words + 1, words + 2, words + 3) != 4)
			printf("error %d\n", error);
		else
			printf("%x %x %x %x\n", words[0], words[1], words[2], words[3]);
	}
	return 0;
}
