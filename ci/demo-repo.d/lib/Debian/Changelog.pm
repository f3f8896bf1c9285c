package Debian::Changelog;
# The newest entries of a package's Debian changelog as RPM's %changelog: tools that judge how often a package changes read it.
use strict;
use warnings;
use Exporter 'import';
use POSIX qw(strftime);
use Time::Local qw(timegm);
our @EXPORT_OK = qw(changelog);

use constant { ENTRIES => 10, LINES => 8 };
my %month;
@month{qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec)} = 0 .. 11;

# Lines of %changelog, newest first, from changelog.Debian.gz (or changelog.gz for a native package) in a documentation folder.
sub changelog {
    my ($folder) = @_;
    my ($path) = grep { -f && !-l } "$folder/changelog.Debian.gz", "$folder/changelog.gz";
    return () unless defined $path;
    open my $file, '-|', 'gzip', '-dc', $path or die "cannot run gzip: $!\n";
    my (@result, @text, $version);
    my ($count, $previous) = (0, undef);
    while (my $line = <$file>) {
        chomp $line;
        if ($line =~ /^\S+ \(([^)]+)\)/) { $version = $1; @text = () }
        elsif ($line =~ /^  [*+-] (.*)/ && @text < LINES) { push @text, "- $1" }
        elsif ($line =~ /^ -- (.*?)\s+\w{3},\s+(\d+) (\w{3}) (\d{4})/ && defined $version) {
            my ($who, $time) = ($1, timegm(0, 0, 12, $2, $month{$3} // next, $4));
            # RPM wants the entries in order; a changelog that joins branches is cut where it goes back.
            last if defined $previous && $time > $previous;
            $previous = $time;
            push @result, strftime('* %a %b %d %Y', gmtime $time) . " $who - $version\n",
                (@text ? map({ "$_\n" } @text) : "- $version\n"), "\n";
            last if ++$count == ENTRIES;
        }
    }
    close $file;
    return @result;
}

1;
