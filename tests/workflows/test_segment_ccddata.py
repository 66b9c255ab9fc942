"""CCDData in, and out with everything that came with it; events on the sky."""

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from astropy.nddata import CCDData, InverseVariance, StdDevUncertainty, UnknownUncertainty
from astropy.wcs import WCS

from ccdseg import fits_io, workflows
from ccdseg.detector import DAMIC
from ccdseg.events import find_events
from ccdseg.postprocessing import clean
from tests.refusal import refused
from tests.workflows.test_segment import CLUSTER, skipper
from tests.workflows.test_segment_quality import Peaks


def sky():
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crpix, wcs.wcs.crval, wcs.wcs.cdelt = [31, 21], [150.0, 2.0], [-1e-4, 1e-4]
    return wcs


@pytest.fixture
def ccd():
    """A frame with a masked pixel in its first hit, errors, a WCS and a header."""
    image = skipper()
    mask = np.zeros(image.shape, bool)
    mask[20, 31] = True
    image[20, 31] = 30000
    return CCDData(
        image,
        unit="adu",
        mask=mask,
        uncertainty=StdDevUncertainty(np.full(image.shape, 0.25)),
        wcs=sky(),
        meta={"OBJECT": "dark", "GAIN": 0.5},
    )


def test_a_ccddata_is_segmented_and_comes_back_whole(ccd):
    result = workflows.segment_frame(ccd, Peaks(), detector=DAMIC)
    assert result.events["touches_bad"].tolist() == [True, False, False]
    assert result.frame.header["OBJECT"] == "dark"
    back = result.to_ccddata()
    np.testing.assert_array_equal(back.mask, ccd.mask)
    np.testing.assert_array_equal(back.data[~ccd.mask], ccd.data[~ccd.mask])
    assert back.unit == ccd.unit
    np.testing.assert_allclose(back.uncertainty.array, 0.25)
    np.testing.assert_allclose(back.wcs.wcs.crval, ccd.wcs.wcs.crval)
    bits = result.quality_bits
    np.testing.assert_array_equal((back.flags & bits["CLUSTER"]) > 0, result.mask == CLUSTER)
    np.testing.assert_array_equal((back.flags & bits["FLAGGED"]) > 0, ccd.mask)
    assert (back.meta["DQBIT1"], back.meta["SEGMODEL"]) == ("FLAGGED", "bright")


def test_each_step_takes_a_ccddata(segmenter, ccd):
    plain = np.where(ccd.mask, np.nan, ccd.data)
    mask = workflows.segment_frame(ccd, Peaks()).mask
    np.testing.assert_array_equal(segmenter.predict(ccd).mask, segmenter.predict(plain).mask)
    events, of_array = find_events(ccd, mask), find_events(plain, mask)
    np.testing.assert_array_equal(events["signal"], of_array["signal"])
    in_electrons = CCDData(ccd.data, unit="electron", mask=ccd.mask)
    assert find_events(in_electrons, mask)["signal"].unit == u.electron


@pytest.mark.parametrize("kind", [StdDevUncertainty, InverseVariance])
def test_a_cleaned_ccddata_keeps_what_came_with_it(ccd, kind):
    ccd.uncertainty = ccd.uncertainty.represent_as(kind)
    mask = workflows.segment_frame(ccd, Peaks()).mask
    cleaned = clean(ccd, mask)
    replaced = (mask == CLUSTER) & ~ccd.mask
    assert isinstance(cleaned, CCDData)
    np.testing.assert_array_equal(cleaned.flags, replaced)
    np.testing.assert_array_equal(cleaned.mask, ccd.mask)
    np.testing.assert_array_equal(cleaned.data[~replaced], ccd.data[~replaced])
    assert cleaned.data[replaced].max() < np.median(ccd.data) + 2
    assert (cleaned.unit, cleaned.meta["OBJECT"]) == (ccd.unit, "dark")
    assert cleaned.wcs.to_header() == ccd.wcs.to_header()
    assert isinstance(cleaned.uncertainty, kind)
    deviations = cleaned.uncertainty.represent_as(StdDevUncertainty).array
    np.testing.assert_allclose(deviations[replaced], 0.25 * (1 + 1 / (4 * np.pi)) ** 0.5)
    np.testing.assert_allclose(deviations[~replaced], 0.25)


def test_flags_are_kept(ccd):
    ccd.flags = np.full(ccd.shape, 5, np.int32)
    cleaned = clean(ccd, workflows.segment_frame(ccd, Peaks()).mask)
    assert (cleaned.flags == 5).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"unit": "m"}, "The unit of the CCDData is m; a CCD image is in adu, ct, DN or electron"),
        ({"unit": "adu / s"}, "The unit of the CCDData is adu / s, which needs the exposure time"),
        (
            {"uncertainty": UnknownUncertainty(np.ones((120, 150)))},
            "UnknownUncertainty, is no standard deviation",
        ),
    ],
)
def test_what_is_no_ccd_image_is_refused(changes, message):
    settings = {"unit": "adu", **changes}
    with refused(message):
        workflows.segment_frame(CCDData(skipper(), **settings), Peaks())


def test_rates_need_the_exposure_of_the_header():
    image = CCDData(skipper(), unit="electron / s", meta={"EXPTIME": 10.0})
    result = workflows.segment_frame(image, Peaks())
    assert result.frame.unit == u.electron / u.s
    assert result.events["energy"].unit == u.keV


def test_events_have_their_place_on_the_sky(tmp_path, ccd):
    events = workflows.segment_frame(ccd, Peaks()).events
    expected = sky().pixel_to_world(events["column"].value, events["row"].value)
    np.testing.assert_allclose(events["ra"].to_value(u.deg), expected.ra.deg)
    np.testing.assert_allclose(events["dec"].to_value(u.deg), expected.dec.deg)
    assert events["ra"].info.description == "right ascension of its centroid, ICRS"
    fits.PrimaryHDU(skipper(), sky().to_header()).writeto(tmp_path / "a.fits")
    part = fits_io.read_frame(tmp_path / "a.fits", section="[11:150,11:120]")
    of_part = workflows.segment_frame(part, Peaks())
    assert of_part.events["ra"][0].to_value(u.deg) == pytest.approx(150, abs=1e-4)
    assert of_part.to_ccddata().wcs.wcs.crpix.tolist() == [21, 11]


def test_a_broken_wcs_is_told_in_one_line(tmp_path, caplog):
    header = sky().to_header()
    header["CTYPE2"] = "DEC--SIN"
    fits.PrimaryHDU(skipper(), header).writeto(tmp_path / "a.fits")
    frame = fits_io.read_frame(tmp_path / "a.fits")
    result = workflows.segment_frame(frame, Peaks())
    assert "ra" not in result.events.colnames
    (line,) = (one for one in caplog.messages if "WCS" in one)
    assert "a.fits, HDU0: the WCS is broken, so events have no sky positions" in line
    assert "\n" not in line
    assert result.to_ccddata().wcs is None


def test_a_frame_without_sky_has_no_positions(caplog):
    assert "ra" not in workflows.segment_frame(skipper(), Peaks()).events.colnames
    assert "WCS" not in caplog.text
