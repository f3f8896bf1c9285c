#include <ostree.h>
