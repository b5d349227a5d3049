"""What made the assets, and what is run by hand. No page imports from here.

pretrain.py, export_base_model.py     the bundled model: trained, then written as an ordinary folder
make_datasets/, make_kopi_dataset.py  the sets of texts under assets/datasets
measure_memory.py, memory_probes.py   memory beside the calculator's estimate
measure_quantization.py               a quantization run, for machines that cannot make it
measure_on_gpu.py, gpu_items.py       what only a GPU can show, most valuable first: `make gpu`
bundle_for_gpu.py                     what that needs on a machine that reaches nothing: `make gpu-bundle`
record_demos.py                       runs of the demos, for a presenter's key B
record_*.py                           one run for a page that shows it before anybody runs it
whole_files.py                        records written so that whoever is broken off leaves the old ones
recorded_facts.py                     on what machine and with which versions such a run was made
check_links.py                        whether every address that the app refers to still answers
take_screenshots.py                   the pictures of the README; every page at three sizes, to look at
"""
