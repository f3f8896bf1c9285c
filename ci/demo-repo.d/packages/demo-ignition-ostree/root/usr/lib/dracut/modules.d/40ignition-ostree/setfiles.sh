#!/bin/bash
# Ignition as Debian builds it always relabels what it wrote. The system has no SELinux policy: there is nothing to do.
while read -r -d ''; do :; done
exit 0
