"""Corrected masks in files: beside the result, with their provenance, taken up again."""

import numpy as np
from astropy.io import fits

from ccdseg import CLASSES
from ccdseg.images_io.folders import find_parts
from ccdseg.mask import IGNORED
from ccdseg.training.frame_data import FrameData
from ccdseg.workflows.correction import add_to_training_set, open_correction, save_correction
from ccdseg.workflows.segment import segment_file
from tests.command_line import files
from tests.refusal import refused


def reopened(place, **options):
    return open_correction(place / "multi.fits", place / "results", **options)


def test_a_corrected_mask_lies_beside_the_result_which_stays(place, edited):
    before = files(place)
    path = save_correction(edited, author="Ada λ")
    assert path == place / "results" / "multi_corrected.fits"
    after = files(place)
    assert set(after) - set(before) == {"results/multi_corrected.fits"}
    assert all(after[name] == content for name, content in before.items())
    with fits.open(path, checksum=True) as hdus:
        hdus.verify("exception")
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "CCD_B", "CCD_C"]
        assert hdus[0].header["TELESCOP"] == "LSM"
        for hdu, image in zip(hdus[1:], edited.images, strict=True):
            np.testing.assert_array_equal(hdu.data, image.mask)
            header = hdu.header
            assert header["SEGMODEL"] == "tiny"
            assert header["CORRMASK"] == "multi_mask.fits"
            assert header["AUTHOR"] == "Ada \\u03bb"
            assert (header["NCHANGED"], header["NUNDEC"]) == (24, 2 * hdu.data.shape[1])
            assert header["IGNORED"] == IGNORED
            assert [header[f"CLASS{row.index}"] for row in CLASSES] == list(CLASSES.names)
            assert header["CORRDATE"] >= header["SEGDATE"][:19]


def test_corrections_are_taken_up_where_they_were_left(place, edited):
    save_correction(edited)
    again = reopened(place)
    assert again.resumed
    for one, other in zip(again.images, edited.images, strict=True):
        np.testing.assert_array_equal(one.mask, other.mask)
        np.testing.assert_array_equal(one.found, other.found)
    anew = reopened(place, restart=True)
    assert not anew.resumed
    assert [image.n_changed for image in anew.images] == [0, 0]


def test_damage_to_the_corrected_file_is_undone_or_told(place, edited):
    path = save_correction(edited)
    with fits.open(path) as there:
        hdus = fits.HDUList([hdu.copy() for hdu in there])
    hdus["CCD_B"].data[20, 20] = 99
    hdus.writeto(path, overwrite=True)
    mended = reopened(place).images[0]
    assert mended.mask[20, 20] == mended.found[20, 20]
    assert mended.n_undecided == edited.images[0].n_undecided
    hdus["CCD_B"].data = hdus["CCD_B"].data[:, 1:]
    hdus.writeto(path, overwrite=True)
    with refused(r"CCD_B: .*multi_corrected.fits has the shape \(64, 63\).*Begin again with --res"):
        reopened(place)
    path.write_bytes(path.read_bytes()[:5000])
    with refused("multi_corrected.fits .*truncated"):
        reopened(place)
    assert reopened(place, restart=True).images[0].n_changed == 0


def test_an_image_that_earlier_corrections_lack_begins_anew(place, edited):
    path = save_correction(edited)
    with fits.open(path) as hdus:
        hdus[:2].writeto(path, overwrite=True)
    first, second = reopened(place).images
    assert (first.n_changed, second.n_changed) == (24, 0)


def test_what_has_no_mask_is_refused(place):
    (place / "other.fits").write_bytes((place / "multi.fits").read_bytes())
    with refused(r"holds no mask of other.fits \(other_mask.fits\); segment it first: ccdseg pred"):
        open_correction(place / "other.fits", place / "results")
    with refused("picture.png is no FITS file"):
        open_correction(place / "picture.png", place / "results")
    mask = place / "results" / "multi_mask.fits"
    with fits.open(place / "multi.fits") as hdus:
        hdus["CCD_C"].data = hdus["CCD_C"].data[:, :30]
        hdus.writeto(place / "multi.fits", overwrite=True)
    with refused("CCD_C has 40×64 pixels and .*CCD_C 40×30; give the frame that was segmented"):
        reopened(place)
    fits.writeto(mask, np.zeros((4, 4), np.uint8), overwrite=True)
    with refused("holds no mask that ccdseg wrote"):
        reopened(place)


def test_a_section_of_one_image_is_corrected_as_it_was_segmented(place, segmenter):
    result = segment_file(place / "multi.fits", segmenter, hdu="CCD_C", section="[11:50,5:36]")
    result.write(place / "part", pictures="none")
    (image,) = open_correction(place / "multi.fits", place / "part").images
    assert image.mask.shape == (32, 40)
    np.testing.assert_array_equal(image.frame.data, result.frames[0].frame.data)


def test_a_frame_and_its_corrections_can_be_trained_on(edited, tmp_path):
    folder = tmp_path / "set"
    assert add_to_training_set(edited, folder) == folder / "Train" / "multi.fits"
    add_to_training_set(edited, folder)
    data = FrameData.open(find_parts(folder)["Train"], n_classes=4)
    assert len(data) == 2
    for index, image in enumerate(edited.images):
        pixels, mask = data.pair(index, np.random.default_rng(0))
        np.testing.assert_array_equal(pixels, image.frame.data)
        np.testing.assert_array_equal(mask, image.mask)


def test_another_frame_of_the_name_is_not_replaced(place, edited, tmp_path):
    add_to_training_set(edited, tmp_path / "set")
    with fits.open(place / "multi.fits") as hdus:
        hdus["CCD_B"].data += 1
        hdus.writeto(place / "multi.fits", overwrite=True)
    before = files(tmp_path / "set")
    with refused("Train/multi.fits holds another frame of this name"):
        add_to_training_set(reopened(place), tmp_path / "set")
    assert files(tmp_path / "set") == before
