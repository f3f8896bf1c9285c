package Debian::Dependencies;
# Debian's relations and versions (Debian Policy, chapters 5.6.12 and 7) as RPM's.
use strict;
use warnings;
use Exporter 'import';
our @EXPORT_OK = qw(requirement version_of);

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
    # A version without a revision names every revision, so it stays without a release.
    my $v = version_of($version);
    my $evr = (defined $v->{epoch} ? "$v->{epoch}:" : '') . $v->{version} . ($version =~ /-/ ? "-$v->{release}" : '');
    return "$name $operator{$op} $evr";
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
