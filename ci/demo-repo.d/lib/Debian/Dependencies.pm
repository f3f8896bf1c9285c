package Debian::Dependencies;
# Debian's relations and versions (Debian Policy, chapters 5.6.12 and 7) as RPM's.
use strict;
use warnings;
use Exporter 'import';
our @EXPORT_OK = qw(provision requirement version_of);

my %operator = ('<<' => '<', '<=' => '<=', '=' => '=', '>=' => '>=', '>>' => '>', '<' => '<=', '>' => '>=');

# {epoch, version, release} of [epoch:]upstream[-revision]. RPM's comparison knows ~ as Debian's does; a hyphen may stand in
# neither part, and one in the upstream version becomes a dot, which compares alike. A native package gets release 0.
sub version_of {
    my ($text) = @_;
    my %v;
    $v{epoch} = $1 if $text =~ s/^(\d+)://;
    $v{release} = $text =~ s/-([^-]*)$// ? $1 : '0';
    $v{version} = $text =~ tr/-/./r;
    return \%v;
}

sub relation {
    my ($alternative) = @_;
    my ($name, $op, $version) = $alternative =~ /^([^\s(:]+)(?::\w+)?\s*(?:\(\s*(<<|>>|<=|>=|=|<|>)\s*([^\s)]+)\s*\))?/
        or die "cannot read the relation '$alternative'\n";
    return $name unless defined $op;
    return "$name $operator{$op} " . evr(version_of($version));
}

# RPM takes a version without a release for all of its releases; Debian takes one without a revision for revision 0. So the
# release is always there.
sub evr {
    my ($v) = @_;
    return (defined $v->{epoch} ? "$v->{epoch}:" : '') . "$v->{version}-$v->{release}";
}

# The RPM form of one entry of Provides. Without a version it fulfils no versioned relation in Debian but every one in RPM: with the
# package's own version it stays out of the way of `Breaks: name (<< version)`.
sub provision {
    my ($entry, $own_version) = @_;
    my $relation = relation($entry);
    return $relation =~ / / ? $relation : "$relation = " . evr($own_version);
}

# The RPM relation of one clause `a (>= 1) | b`, or undef if an absent package fulfils it.
sub requirement {
    my ($clause, $absent) = @_;
    my @alternatives = grep { length } split /\s*\|\s*/, $clause;
    return undef unless @alternatives;
    return undef if grep { my ($name) = /^([^\s(:]+)/; $absent->{$name} } @alternatives;
    my @relations = map { relation($_) } @alternatives;
    return @relations == 1 ? $relations[0] : '(' . join(' or ', @relations) . ')';
}

1;
