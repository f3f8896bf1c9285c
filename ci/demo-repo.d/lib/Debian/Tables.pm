package Debian::Tables;
# The tables beside the converter: one entry a line, # starts a comment.
use strict;
use warnings;
use Exporter 'import';
our @EXPORT_OK = qw(absent_packages dropped_files attributes);

sub rows {
    my ($path) = @_;
    open my $file, '<', $path or die "cannot read $path: $!\n";
    my @rows;
    while (<$file>) {
        chomp;
        next if /^\s*(#|$)/;
        push @rows, [split ' '];
    }
    return @rows;
}

# Names of the packages that the OS does without.
sub absent_packages { return { map { $_->[0] => 1 } rows($_[0]) } }

# The expression for the paths that are left out of a package.
sub dropped_files {
    my ($path, $package) = @_;
    my @patterns = map { $_->[1] } grep { $_->[0] eq '*' || $_->[0] eq $package } rows($path);
    my $any = join '|', map { "(?:$_)" } @patterns;
    return qr{^(?:$any)(?:/|$)};
}

# path => {mode, user, group, capabilities} of a package
sub attributes {
    my ($path, $package) = @_;
    my %attributes;
    for (grep { $_->[0] eq $package } rows($path)) {
        my (undef, $file, $mode, $user, $group, $capabilities) = @$_;
        $attributes{$file} = { mode => $mode, user => $user, group => $group, capabilities => $capabilities };
    }
    return \%attributes;
}

1;
