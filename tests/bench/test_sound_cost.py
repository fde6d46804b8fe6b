from liveedge.bench.sound_cost import SoundCostPlan, measure_sound_cost


async def test_every_camera_is_heard_and_paid_for() -> None:
    figures = await measure_sound_cost(SoundCostPlan(cameras=2, seconds=0.6))
    assert figures["cameras"] == 2
    # 46.9 would be all of them; it takes its time until the first ones come.
    assert figures["access_units_per_s_min"] > 20
    assert figures["worker_mb"] > 1
    assert figures["worker_cpu_percent_a_camera"] > 0
