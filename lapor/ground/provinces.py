"""The provinces as a map of tiles: where each stands in a grid that looks like the country from west to east, no geodata needed."""

from typing import NamedTuple


class Province(NamedTuple):
    code: str  # of the Ministry of Home Affairs: the first digits of every region in it
    letters: str  # ISO 3166-2:ID, without the country
    name: str
    column: int
    row: int


PROVINCES: tuple[Province, ...] = (
    Province("11", "AC", "Aceh", 0, 0),
    Province("12", "SU", "Sumatera Utara", 1, 1),
    Province("13", "SB", "Sumatera Barat", 1, 2),
    Province("14", "RI", "Riau", 2, 1),
    Province("15", "JA", "Jambi", 2, 2),
    Province("16", "SS", "Sumatera Selatan", 2, 3),
    Province("17", "BE", "Bengkulu", 1, 3),
    Province("18", "LA", "Lampung", 2, 4),
    Province("19", "BB", "Kepulauan Bangka Belitung", 3, 2),
    Province("21", "KR", "Kepulauan Riau", 3, 1),
    Province("31", "JK", "DKI Jakarta", 4, 4),
    Province("32", "JB", "Jawa Barat", 4, 5),
    Province("33", "JT", "Jawa Tengah", 5, 5),
    Province("34", "YO", "Daerah Istimewa Yogyakarta", 5, 6),
    Province("35", "JI", "Jawa Timur", 6, 5),
    Province("36", "BT", "Banten", 3, 5),
    Province("51", "BA", "Bali", 7, 5),
    Province("52", "NB", "Nusa Tenggara Barat", 8, 5),
    Province("53", "NT", "Nusa Tenggara Timur", 9, 5),
    Province("61", "KB", "Kalimantan Barat", 4, 1),
    Province("62", "KT", "Kalimantan Tengah", 5, 1),
    Province("63", "KS", "Kalimantan Selatan", 5, 2),
    Province("64", "KI", "Kalimantan Timur", 6, 1),
    Province("65", "KU", "Kalimantan Utara", 6, 0),
    Province("71", "SA", "Sulawesi Utara", 9, 1),
    Province("72", "ST", "Sulawesi Tengah", 8, 2),
    Province("73", "SN", "Sulawesi Selatan", 7, 3),
    Province("74", "SG", "Sulawesi Tenggara", 8, 3),
    Province("75", "GO", "Gorontalo", 8, 1),
    Province("76", "SR", "Sulawesi Barat", 7, 2),
    Province("81", "MA", "Maluku", 10, 3),
    Province("82", "MU", "Maluku Utara", 10, 1),
    Province("91", "PA", "Papua", 13, 2),
    Province("92", "PB", "Papua Barat", 12, 2),
    Province("93", "PS", "Papua Selatan", 13, 4),
    Province("94", "PT", "Papua Tengah", 12, 3),
    Province("95", "PE", "Papua Pegunungan", 13, 3),
    Province("96", "PD", "Papua Barat Daya", 11, 2),
)
BY_CODE = {province.code: province for province in PROVINCES}
