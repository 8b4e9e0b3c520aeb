"""What in a header identifies people: names, dates, numbers, free text and private elements.

Fields are named and values never are: what is found goes to screens and logs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

NAME, DATE, NUMBER, PLACE, TEXT, PRIVATE = KINDS = (
    *("name", "date", "number", "place", "free text"),
    "private element",
)
_KIND_OF_VR = {
    **dict.fromkeys(("PN",), NAME),
    **dict.fromkeys(("DA", "DT", "TM", "AS"), DATE),
    **dict.fromkeys(("LT", "ST", "UT"), TEXT),
    **dict.fromkeys(("AE",), PLACE),
}
_NUMBERS = """
    PatientID IssuerOfPatientID OtherPatientIDs AccessionNumber StudyID StudyIDIssuer AdmissionID
    ServiceEpisodeID RequestedProcedureID ScheduledProcedureStepID PerformedProcedureStepID
    DeviceSerialNumber PlateID DetectorID GantryID CassetteID DeviceUID FrameOfReferenceUID
    MedicalRecordLocator PatientTelephoneNumbers PatientInsurancePlanCodeSequence
    FillerOrderNumberImagingServiceRequest PlacerOrderNumberImagingServiceRequest MilitaryRank
""".split()
_PLACES = """
    InstitutionName InstitutionAddress InstitutionalDepartmentName StationName PatientAddress
    CountryOfResidence RegionOfResidence PatientInstitutionResidence CurrentPatientLocation
    PerformedStationName PerformedLocation ScheduledStationName RequestingService BranchOfService
""".split()
_TEXTS = """
    StudyDescription SeriesDescription ProtocolName RequestedProcedureDescription
    PerformedProcedureStepDescription ScheduledProcedureStepDescription Occupation EthnicGroup
    PatientReligiousPreference Allergies MedicalAlerts AdmittingDiagnosesDescription
    DerivationDescription
""".split()
_KIND_OF_NAME = {
    **dict.fromkeys(_NUMBERS, NUMBER),
    **dict.fromkeys(_PLACES, PLACE),
    **dict.fromkeys(_TEXTS, TEXT),
}
_ON_EVERY_SCAN = frozenset("SOPInstanceUID StudyInstanceUID SeriesInstanceUID".split())
"""Without these a file is no DICOM; nothing of them is kept, and they are no reason to ask."""


def find_identifiers(data: Dataset) -> dict[str, str]:
    """The names of the fields of a DICOM header that identify people, with their kinds.

    Values are not decoded; an empty field is not there. All private elements are one field.
    """
    found: dict[str, str] = {}
    _collect(data, found)
    return found


def _collect(data: Dataset, found: dict[str, str]) -> None:
    # Iterating over the data set itself would decode its values.
    for tag in data.keys():  # noqa: SIM118
        name, kind, is_sequence = _kind_of(int(tag))
        if kind is None and not is_sequence:
            continue
        # A value that is still on the disk is a long one.
        element = data.get_item(tag, keep_deferred=True)
        if not element.value and not getattr(element, "length", 0):
            continue
        if kind is not None:
            found[name] = kind
            continue
        for part in data[tag].value:
            _collect(part, found)


@lru_cache(maxsize=4096)
def _kind_of(tag: int) -> tuple[str, str | None, bool]:
    """The name of a field, what it may say of people, and whether its parts have to be looked at.

    A field that the dictionary does not have is private, or too new to be known: it may say all.
    """
    from pydicom.datadict import dictionary_has_tag, dictionary_VR, keyword_for_tag

    group, number = tag >> 16, tag & 0xFFFF
    if group % 2 or not dictionary_has_tag(tag):
        is_creator = group % 2 and 0x10 <= number <= 0xFF
        return PRIVATE, None if is_creator or number == 0 else PRIVATE, False
    name, vr = keyword_for_tag(tag), dictionary_VR(tag)
    if name in _ON_EVERY_SCAN:
        return name, None, False
    kind = _KIND_OF_NAME.get(name) or _KIND_OF_VR.get(vr)
    return name, kind, vr == "SQ" and kind is None
