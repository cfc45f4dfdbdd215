"""Sample files for digital goods, so that a download in the demo is a real one."""

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

# The same bytes on every machine and every day.
LONG_AGO = (1980, 1, 1, 0, 0, 0)


def put_samples(folder: Path) -> tuple[Path, ...]:
    """
    Put the samples into the folder, and leave every file that is there already as it is.

    Returns: the samples, whether they were written now or before.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in SAMPLES.items():
        try:
            with (folder / name).open("xb") as file:
                file.write(make())
        except FileExistsError:
            continue
    return tuple(folder / name for name in SAMPLES)


def _ebook() -> bytes:
    """An EPUB 3 of one chapter."""
    # The type comes first: readers look for it at a fixed place.
    return _archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": (
                '<?xml version="1.0" encoding="UTF-8"?>\n'
                '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
                '<rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/>'
                "</rootfiles></container>\n"
            ),
            "book/package.opf": (
                '<?xml version="1.0" encoding="UTF-8"?>\n'
                '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" '
                'xml:lang="nl"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
                '<dc:identifier id="id">urn:pakhuis:ebook-1</dc:identifier>'
                "<dc:title>Het pakhuis aan de gracht</dc:title><dc:language>nl</dc:language>"
                '<meta property="dcterms:modified">2026-01-01T00:00:00Z</meta></metadata><manifest>'
                '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
                '<item id="one" href="one.xhtml" media-type="application/xhtml+xml"/></manifest>'
                '<spine><itemref idref="one"/></spine></package>\n'
            ),
            "book/nav.xhtml": _chapter(
                "Inhoud",
                '<nav xmlns:epub="http://www.idpf.org/2007/ops" epub:type="toc"><ol>'
                '<li><a href="one.xhtml">De takel</a></li></ol></nav>',
            ),
            "book/one.xhtml": _chapter(
                "De takel",
                "<h1>De takel</h1><p>Boven in de gevel hing een balk, en aan die balk een takel. Alles wat "
                "binnenkwam, ging langs de gevel omhoog; alles wat vertrok, kwam langs dezelfde weg omlaag. "
                "Beneden stond iemand met een lijst, en die lijst klopte.</p>",
            ),
        }
    )


def _chapter(title: str, body: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" lang="nl" xml:lang="nl">'
        f"<head><title>{title}</title></head><body>{body}</body></html>\n"
    )


def _manual() -> bytes:
    """A PDF of one page, A4."""
    words = b"BT /F1 24 Tf 72 760 Td (Handleiding) Tj 0 -40 Td /F1 12 Tf (Uitpakken, aanzetten, klaar.) Tj ET"
    parts = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(words), words),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    content = bytearray(b"%PDF-1.4\n")
    places = []
    for number, part in enumerate(parts, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    content += b"".join(b"%010d 00000 n \n" % place for place in places)
    content += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, table)
    return bytes(content)


def _music() -> bytes:
    """A ZIP with the notes of one song."""
    song = "X:1\nT:Zie de maan schijnt door de bomen\nM:2/4\nL:1/8\nK:C\nGG GG|AG FE|DD DD|ED C2|]\n"
    return _archive({"muziek/lees-mij.txt": "Een liedje, in ABC-notatie.\n", "muziek/lied.abc": song})


def _archive(texts: Mapping[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in texts.items():
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.compress_type = zipfile.ZIP_STORED  # Compressed bytes differ between machines.
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, text.encode())
    return file.getvalue()


SAMPLES: Mapping[str, Callable[[], bytes]] = {
    "ebook-1.epub": _ebook,
    "handleiding.pdf": _manual,
    "muziek.zip": _music,
}
