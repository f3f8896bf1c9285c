package Debian::Contents;
# The files of a package: where they go, who owns them, which are left out.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Path qw(make_path);
use Time::Local qw(timegm);

my $merged_folders = qr{^/(?:bin|sbin|lib|lib32|lib64|libx32|libo32)(?:/|$)};
# demo-filesystem owns these.
my $common_folders = qr{^(?:|/(?:
    usr|etc|var|run|tmp|dev|proc|sys|boot|home|root|srv|opt|mnt|media
    |usr/(?:bin|sbin|lib|lib32|lib64|libx32|include|share|src|local|games|libexec)
    |usr/share/(?:doc|man|info|misc|icons|applications|pixmaps|man/.*)
    |usr/lib/(?:[^/]+-linux-gnu[^/]*|modules|systemd|systemd/system|tmpfiles.d|sysusers.d|sysctl.d|modprobe.d|udev|udev/rules.d)
    |etc/(?:default|pam.d|ssl|ssh|profile.d|systemd|systemd/system|security|ld.so.conf.d|logrotate.d|alternatives|opt|X11|skel)
    |var/(?:lib|log|cache|tmp|spool|opt|mail|local|lib/misc|backups|lib/systemd)
))$}x;

sub new {
    my ($class, %self) = @_;
    my $self = bless { %self, newest => 0, commands => [] }, $class;
    $self->{entries} = [map { $self->entry($_) } @{ $self->{listing} }];
    return $self;
}

sub newest_time { return $_[0]{newest} }

# Programs that were in /bin or /sbin, by those paths.
sub moved_commands { return sort @{ $_[0]{commands} } }

# The path after the merge of /bin, /sbin and /lib* into /usr.
sub merged { my ($path) = @_; return $path =~ $merged_folders ? "/usr$path" : $path }

# Where a path of the package lands.
sub destination {
    my ($path) = @_;
    return "/usr/lib/modules/$2/$1" if $path =~ m{^/boot/(vmlinuz|config|System\.map)-(.+)$};
    return merged($path);
}

# One line of `tar -tv --full-time`.
sub entry {
    my ($self, $line) = @_;
    my ($type, $letters, $user, $group, $y, $mon, $d, $h, $min, $s, $name) =
        $line =~ m{^(.)(\S{9}) ([^/\s]+)/(\S+)\s+\S+ (\d+)-(\d+)-(\d+) (\d+):(\d+):(\d+)\S* \.?(/.*|)$}
        or die "$self->{package}: cannot read the listing's line '$line'\n";
    my $time = timegm($s, $min, $h, $d, $mon - 1, $y);
    $self->{newest} = $time if $time > $self->{newest};
    my $target;
    $target = $1 if $type eq 'l' && $name =~ s/ -> (.*)$//;
    $name =~ s/ link to .*$// if $type eq 'h';
    die "$self->{package}: $name is neither a file, a link nor a directory\n" unless $type =~ /^[-hld]$/;
    return { type => $type, mode => octal($letters), user => $user, group => $group, path => $name =~ s{/$}{}r, target => $target };
}

sub octal {
    my ($letters) = @_;
    my $mode = 0;
    my @special = (04000, 02000, 01000);
    for my $class (0 .. 2) {
        my ($r, $w, $x) = split //, substr $letters, 3 * $class, 3;
        my $bits = ($r eq 'r' ? 4 : 0) + ($w eq 'w' ? 2 : 0) + ($x =~ /[xst]/ ? 1 : 0);
        $mode |= $bits << (3 * (2 - $class));
        $mode |= $special[$class] if $x =~ /[sStT]/;
    }
    return sprintf '%04o', $mode;
}

# A relative link that climbs out of a folder which moved one level down would miss by one: make it absolute.
sub link_target {
    my ($from, $target) = @_;
    return $target if $target =~ m{^/} || destination($from) eq $from;
    my @parts = grep { length } split m{/}, dirname($from);
    for (split m{/}, $target) {
        next if $_ eq '.' || $_ eq '';
        if ($_ eq '..') { pop @parts } else { push @parts, $_ }
    }
    my ($top) = $from =~ m{^(/[^/]+)};
    my $absolute = '/' . join '/', @parts;
    return $absolute =~ m{^\Q$top\E(/|$)} ? $target : $absolute;
}

# Brings the staged files to their places and returns the lines of the spec's %files.
sub settle {
    my ($self) = @_;
    my (%lines, @emptied);
    for my $entry (@{ $self->{entries} }) {
        my ($path, $type) = @$entry{qw(path type)};
        my $to = destination($path);
        if ($to =~ $self->{dropped} || ($type ne 'd' && $to =~ m{^/boot/})) {
            $type eq 'd' ? push @emptied, $path : $self->remove($path);
            next;
        }
        if ($type eq 'd') {
            if ($to ne $path) { push @emptied, $path; make_path($self->{stage} . $to) }
            $lines{$to} = $self->files_line($to, $entry) unless $to =~ $common_folders;
            next;
        }
        if ($type eq 'l' && destination($path) ne $path) {
            my $target = link_target($path, $entry->{target});
            if ($target eq $to) { $self->remove($path); next }    # /bin/x -> /usr/bin/x is the file itself now
            if ($target ne $entry->{target}) {
                $self->remove($path);
                symlink $target, $self->{stage} . $path or die "$self->{package}: cannot link $path: $!\n";
            }
        }
        push @{ $self->{commands} }, $path if $path =~ m{^/s?bin/[^/]+$};
        $self->move($path, $to) if $to ne $path;
        $lines{$to} = $self->files_line($to, $entry);
    }
    rmdir $self->{stage} . $_ for sort { length $b <=> length $a } @emptied, '/boot';
    return @lines{ sort keys %lines };
}

sub remove {
    my ($self, $path) = @_;
    unlink $self->{stage} . $path or die "$self->{package}: cannot remove $path: $!\n";
}

sub move {
    my ($self, $from, $to) = @_;
    my $target = $self->{stage} . $to;
    die "$self->{package}: both $from and $to are in the package\n" if -e $target || -l $target;
    make_path(dirname $target);
    rename $self->{stage} . $from, $target or die "$self->{package}: cannot move $from to $to: $!\n";
}

sub files_line {
    my ($self, $path, $entry) = @_;
    my $set = $self->{attributes}{$path};
    my ($mode, $user, $group) = $set ? @$set{qw(mode user group)} : @$entry{qw(mode user group)};
    $mode = '-' if $entry->{type} eq 'l';
    my $line = "%attr($mode,$user,$group) ";
    $line .= "%caps($set->{capabilities}) " if $set && defined $set->{capabilities};
    $line .= '%dir ' if $entry->{type} eq 'd';
    $line .= '%config(noreplace) ' if $entry->{type} ne 'd' && $self->{noreplace}{$path};
    $line .= '%license ' if $path =~ m{^/usr/share/doc/[^/]+/copyright$};
    # RPM takes a path that has *, ?, { or a pair of brackets for a pattern, and only then reads \ as an escape; % is always a macro's.
    my $quoted = $path =~ /[*?{]|\[.*\]/ ? $path =~ s/([\\\[\]*?{}])/\\$1/gr : $path;
    $quoted =~ s/%/%%/g;
    return $line . '"' . $quoted . '"';
}

1;
